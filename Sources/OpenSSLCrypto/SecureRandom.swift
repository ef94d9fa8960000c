// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Secrets from OpenSSL's random generator, seeded by the kernel. Safe from any thread.
///
/// A number that has to be unpredictable comes from the kernel's `SystemRandomNumberGenerator`, in half the time.
package enum SecureRandom {
    /// Without randomness every secret of the process is guessable: there is nothing sensible to do but stop.
    package static func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard unsafe count == 0 || RAND_bytes_ex(nil, buffer.baseAddress, count, 0) == 1 else {
                fatalError("\(OpenSSLError(operation: "the system's random generator failed"))")
            }
            initialized = count
        }
    }
}
