// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// OpenSSL's random generator, seeded by the kernel. Safe from any thread.
package struct SecureRandom: RandomNumberGenerator, Sendable {
    package init() {}

    package func next() -> UInt64 {
        var value: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &value) { unsafe Self.fill($0) }
        return value
    }

    package static func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    /// Without randomness every secret of the process is guessable: there is nothing sensible to do but stop.
    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard unsafe buffer.count == 0 || RAND_bytes_ex(nil, start, buffer.count, 0) == 1 else {
            fatalError("\(OpenSSLError(operation: "the system's random generator failed"))")
        }
    }
}
