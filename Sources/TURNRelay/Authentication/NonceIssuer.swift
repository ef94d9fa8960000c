// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto
import STUNCodec

/// Makes and checks nonces that need no memory: what they were made for, the time, and a MAC over it all.
///
/// A nonce is the nonce cookie of RFC 8489 (13 characters), the ``AlgorithmOffer`` (1), the time of issue (8 hexadecimal
/// digits) and the MAC (32), which also covers the client's address and the realm. 128 bits of HMAC-SHA256 cannot be
/// guessed; a nonce of another client, realm or server does not verify, nor does one with a changed cookie.
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

    func issue(
        _ features: SecurityFeatures,
        _ offer: AlgorithmOffer,
        in realm: String,
        to client: TransportAddress,
        now: Int64
    ) -> String {
        let time = UInt32(truncatingIfNeeded: now)
        let content = features.cookie + String(offer.rawValue) + hexadecimal(time.bigEndianBytes)
        return content + authenticationCode(of: Array(content.utf8), realm, client)
    }

    func isValid(_ nonce: String, in realm: String, from client: TransportAddress, now: Int64) -> Bool {
        let bytes = Array(nonce.utf8)
        guard bytes.count == Self.contentLength + 32 else { return false }
        let content = Array(bytes[..<Self.contentLength])
        let expected = Array(authenticationCode(of: content, realm, client).utf8)
        let claimed = Array(bytes[Self.contentLength...])
        guard constantTimeEqual(expected.rawSpan, claimed.rawSpan),
            let time = UInt32(String(decoding: content.suffix(8), as: UTF8.self), radix: 16)
        else { return false }
        // Differences modulo 2^32 seconds: right across the wrap in 2106, and a nonce from the future is refused.
        let age = UInt32(truncatingIfNeeded: now) &- time
        return Int64(age) < lifetime
    }

    /// What the challenge with this nonce offered; nil when that cannot be one of ours.
    static func offer(in nonce: String) -> AlgorithmOffer? {
        let bytes = Array(nonce.utf8)
        guard bytes.count > SecurityFeatures.cookieLength else { return nil }
        return AlgorithmOffer(rawValue: Character(UnicodeScalar(bytes[SecurityFeatures.cookieLength])))
    }

    private static let contentLength = SecurityFeatures.cookieLength + 1 + 8

    private func authenticationCode(of content: [UInt8], _ realm: String, _ client: TransportAddress) -> String {
        // The realm is last: it is the one part without an end of its own.
        let input = content + Array("\(client) \(realm)".utf8)
        return hexadecimal(Array(key.authenticationCode(of: input).prefix(16)))
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
