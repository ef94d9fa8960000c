// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto
package import STUNCodec

/// Makes and checks nonces that need no memory: what they were made for, the time, and a MAC over it all.
///
/// A nonce is what the challenge announced (14 characters, or none in a challenge that had no room for it), the time of
/// issue (8 hexadecimal digits) and the MAC (12 in base64), which also covers the client's address and the realm. 72
/// bits of HMAC-SHA256 cannot be guessed within a nonce's life; a nonce of another client, realm or server does not
/// verify, nor does one with a changed cookie. It is short because a challenge over UDP must be.
package struct NonceIssuer {
    private let key: HMACKey
    private let lifetime: Int64

    /// - Parameters:
    ///   - secret: random, shared by the relays of one server.
    ///   - lifetime: in seconds.
    package init(secret: [UInt8], lifetime: Int64) throws(OpenSSLError) {
        self.key = try HMACKey(.sha256, key: secret)
        self.lifetime = lifetime
    }

    /// - Parameter announcement: nil for a challenge without PASSWORD-ALGORITHMS.
    package func issue(
        _ announcement: NonceAnnouncement?,
        in realm: String,
        to client: TransportAddress,
        now: Int64
    ) -> String {
        let time = UInt32(truncatingIfNeeded: now)
        let content = (announcement?.text ?? "") + hexadecimal(time.bigEndianBytes)
        return content + authenticationCode(of: Array(content.utf8), realm, client)
    }

    package func isValid(_ nonce: String, in realm: String, from client: TransportAddress, now: Int64) -> Bool {
        let bytes = Array(nonce.utf8)
        let content = Array(bytes.dropLast(Self.codeLength))
        guard content.count == Self.timeLength || content.count == NonceAnnouncement.length + Self.timeLength else {
            return false
        }
        let expected = Array(authenticationCode(of: content, realm, client).utf8)
        let claimed = Array(bytes.suffix(Self.codeLength))
        guard constantTimeEqual(expected.rawSpan, claimed.rawSpan),
            let time = UInt32(String(decoding: content.suffix(Self.timeLength), as: UTF8.self), radix: 16)
        else { return false }
        // Differences modulo 2^32 seconds: right across the wrap in 2106, and a nonce from the future is refused.
        let age = UInt32(truncatingIfNeeded: now) &- time
        return Int64(age) < lifetime
    }

    private static let timeLength = 8
    /// Nine bytes in base64.
    private static let codeLength = 12

    private func authenticationCode(of content: [UInt8], _ realm: String, _ client: TransportAddress) -> String {
        // No two different inputs are the same bytes: each part but the last has a length that is told before it.
        var input = [UInt8(truncatingIfNeeded: content.count)] + content
        input.append(client)
        input.append(contentsOf: realm.utf8)
        return base64Encoded(Array(key.authenticationCode(of: input).prefix(9)))
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ client: TransportAddress) {
        append(client.address.family.rawValue)
        if let bits = client.address.ipv4Bits { append(bigEndian: bits) }
        if let bits = client.address.ipv6Bits {
            append(bigEndian: bits.high)
            append(bigEndian: bits.low)
        }
        append(bigEndian: client.port)
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> UInt32($0)) }
    }
}
