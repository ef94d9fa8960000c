// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A key ready to authenticate messages.
///
/// Owns one keyed context that is re-initialised for each message, which costs a fifth of setting one up. The context
/// is mutable state, so an instance belongs to one thread or event loop.
@safe
package final class HMACKey {
    private let context: OpaquePointer
    private let algorithm: DigestAlgorithm

    package init(_ algorithm: DigestAlgorithm, key: [UInt8]) throws(OpenSSLError) {
        guard let context = unsafe EVP_MAC_CTX_new(HMACProvider.method) else {
            throw OpenSSLError(operation: "create an HMAC context")
        }
        // A null key means "keep the present one": an empty key needs an address too.
        let keyed = unsafe (key.isEmpty ? [0] : key).withUnsafeBufferPointer { bytes in
            unsafe shim_hmac_init(context, algorithm.name, bytes.baseAddress, key.count) == 1
        }
        guard keyed else {
            unsafe EVP_MAC_CTX_free(context)
            throw OpenSSLError(operation: "set an HMAC-\(algorithm.name) key")
        }
        unsafe self.context = context
        self.algorithm = algorithm
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    package func authenticationCode(of message: [UInt8]) -> [UInt8] {
        unsafe authenticationCode(of: message.span.bytes)
    }

    package func authenticationCode(of message: RawSpan) -> [UInt8] {
        guard restart(), update(message), let code = finish() else { return unpredictableCode() }
        return code
    }

    /// The code of `message` followed by `rest`: a MAC over bytes that are not in one piece, without copying them.
    package func authenticationCode(of message: RawSpan, _ rest: RawSpan) -> [UInt8] {
        guard restart(), update(message), update(rest), let code = finish() else { return unpredictableCode() }
        return code
    }

    private func restart() -> Bool {
        unsafe EVP_MAC_init(context, nil, 0, nil) == 1
    }

    private func update(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, buffer.count > 0 else { return true }
            return unsafe EVP_MAC_update(
                context,
                start.assumingMemoryBound(to: UInt8.self),
                buffer.count
            ) == 1
        }
    }

    private func finish() -> [UInt8]? {
        var succeeded = false
        let code = unsafe [UInt8](unsafeUninitializedCapacity: algorithm.length) { output, count in
            succeeded = unsafe EVP_MAC_final(context, output.baseAddress, &count, algorithm.length) == 1
        }
        return succeeded ? code : nil
    }

    /// The calls above fail only when memory runs out. A code nobody can know then makes verification fail, which is
    /// the safe side, without a trap near the wire.
    private func unpredictableCode() -> [UInt8] {
        OpenSSLError.discardQueue()
        return SecureRandom.bytes(algorithm.length)
    }
}

@available(*, unavailable)
extension HMACKey: Sendable {}

/// The HMAC implementation, looked up once: a fetch costs more than a MAC.
private enum HMACProvider {
    nonisolated(unsafe) static let method: OpaquePointer? = unsafe EVP_MAC_fetch(nil, "HMAC", nil)
}
