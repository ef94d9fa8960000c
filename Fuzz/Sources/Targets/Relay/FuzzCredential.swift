// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

@testable import TURNRelay

/// What a request is authenticated with.
struct FuzzCredential: Hashable {
    let username: String
    let password: String

    /// Long-term users, then ephemeral ones: of two rooms, of none, and one that has expired.
    static let all: [FuzzCredential] =
        [
            FuzzCredential(username: "alice", password: "wonder"), FuzzCredential(username: "bob", password: "builder"),
        ] + [issued("a", 7_200), issued("b", 7_200), issued(nil, 700), issued(nil, -1)]

    private static let secret = "north"

    private static func issued(_ room: String?, _ lifetime: Int64) -> FuzzCredential {
        let issuer = CredentialIssuer(secret: secret, lifetime: lifetime)
        guard let issued = try? issuer.issue(user: "carol", room: room, now: RelayWorld.unixTime) else {
            fatalError("no credential")
        }
        return FuzzCredential(username: issued.username, password: issued.password)
    }

    /// Two realms with the same users and small quotas.
    static func realms() -> RealmDirectory {
        RealmDirectory(default: configuration(RelayWorld.realm), others: [configuration(RelayWorld.otherRealm)])
    }

    private static func configuration(_ realm: String) -> RealmConfiguration {
        let users = all.prefix(2).compactMap { user in
            try? LongTermUser(name: user.username, password: user.password, realm: realm)
        }
        var configuration = RealmConfiguration(users: UserDirectory(users, realm: realm), secrets: [secret])
        configuration.hostNames = [realm]
        configuration.peerRules = FuzzAddress.rules
        configuration.allocationsPerUser = 3
        configuration.allocationsInTotal = 5
        configuration.bandwidth.perUser = 1_000
        return configuration
    }

    /// Keys are derived once in a process: hashing is not what is fuzzed.
    nonisolated(unsafe) private static var keys: [KeyName: HMACKey] = [:]

    private struct KeyName: Hashable {
        let credential: FuzzCredential
        let realm: String
        let algorithm: KeyAlgorithm
        let isSHA256: Bool
    }

    func key(in realm: String, _ algorithm: KeyAlgorithm, isSHA256: Bool) -> HMACKey {
        let name = KeyName(credential: self, realm: realm, algorithm: algorithm, isSHA256: isSHA256)
        if let key = Self.keys[name] { return key }
        guard let keys = try? LongTermKeys(username: username, realm: realm, password: password),
            let bytes = keys.key(algorithm), let key = try? HMACKey(isSHA256 ? .sha256 : .sha1, key: bytes)
        else { fatalError("no key") }
        Self.keys[name] = key
        return key
    }
}
