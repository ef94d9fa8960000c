// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto
package import STUNCodec

/// Makes and checks nonces that need no memory: the issue time, and a MAC over it and the client's address.
///
/// A nonce is 8 hexadecimal digits of time and 32 of MAC. 128 bits of HMAC-SHA256 cannot be guessed, a nonce of another
/// client or of another server does not verify, and the time makes it expire.
package struct NonceIssuer {
    private let key: HMACKey
    private let lifetime: Int64

    /// - Parameters:
    ///   - secret: random, shared by the event loops of one server.
    ///   - lifetime: in seconds.
    package init(secret: [UInt8], lifetime: Int64) throws(OpenSSLError) {
        self.key = try HMACKey(.sha256, key: secret)
        self.lifetime = lifetime
    }

    package func issue(to client: TransportAddress, now: Int64) -> String {
        let time = UInt32(truncatingIfNeeded: now)
        return hexadecimal(time.bigEndianBytes) + hexadecimal(authenticationCode(time: time, client: client))
    }

    package func isValid(_ nonce: String, from client: TransportAddress, now: Int64) -> Bool {
        let digits = Array(nonce.utf8)
        guard digits.count == 40, let time = UInt32(nonce.prefix(8), radix: 16) else { return false }
        let expected = Array(issue(to: client, now: Int64(time)).utf8)
        guard constantTimeEqual(expected.rawSpan, digits.rawSpan) else { return false }
        // Differences modulo 2^32 seconds: right across the wrap in 2106, and a nonce from the future is refused.
        let age = UInt32(truncatingIfNeeded: now) &- time
        return Int64(age) < lifetime
    }

    private func authenticationCode(time: UInt32, client: TransportAddress) -> [UInt8] {
        let input = time.bigEndianBytes + Array("\(client)".utf8)
        return Array(key.authenticationCode(of: input).prefix(16))
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> UInt32($0)) }
    }
}
