// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials
import Testing

@testable import TURNRelay

/// The test vector of RFC 8489, appendix B.1: USERHASH and MESSAGE-INTEGRITY-SHA256. As the errata have it, with
/// PASSWORD-ALGORITHM and the length field corrected.
struct RFC8489Tests {
    static let username = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}"
    static let realm = "example.org"

    static let request = bytes(
        hex: """
            00010090 2112a442 78ad3433c6ad72c029da412e
            001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704
            00150029 6f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000
            0014000b 6578616d706c652e6f726700
            001d0004 00020000
            001c0020 b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65
            """
    )

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test func isReadAndVerified() throws {
        let user = try LongTermUser(name: Self.username, password: "TheMatrIX", realm: Self.realm)
        let users = UserDirectory([user], realm: Self.realm)
        let message = try STUNMessageView(Self.request.rawSpan)
        let nonce = try #require(try message.value(Nonce.self)?.text)
        #expect(SecurityFeatures(nonce: nonce) == [.usernameAnonymity, SecurityFeatures(rawValue: 2)])
        let hash = try #require(try message.value(Userhash.self)?.hash)
        let candidate = try #require(CredentialVerifier(users: users, secrets: []).candidates(forHash: hash).first)
        #expect(candidate.username == Self.username)
        let claim = try IntegrityClaim(message)
        #expect(claim.name == .userhash(hash) && claim.realm == Self.realm && claim.method.code == .sha256)
        #expect(try message.value(PasswordAlgorithm.self) == .sha256)
        // Its nonce cookie doesn't tell of password algorithms, so a server with that nonce would take it for MD5.
        let keys = IntegrityKeys(candidate, realm: Self.realm)
        #expect(keys.verify(message, claim.with(.sha256)) && !keys.verify(message, claim.with(.md5)))
    }
}

extension IntegrityClaim {
    fileprivate func with(_ algorithm: KeyAlgorithm) -> IntegrityClaim {
        IntegrityClaim(
            name: name,
            realm: realm,
            nonce: nonce,
            accessToken: nil,
            method: IntegrityMethod(algorithm: algorithm, code: method.code),
            isLegacy: false,
            coverage: coverage
        )
    }
}
