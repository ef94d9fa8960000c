// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Testing

@testable import TURNCredentials

struct CredentialTests {
    static let now: Int64 = 1_700_000_000
    static let realm = "turn.example.org"

    private func verifier(secrets: [String] = ["north"], users: [LongTermUser] = []) -> CredentialVerifier {
        CredentialVerifier(users: UserDirectory(users, realm: Self.realm), secrets: secrets)
    }

    private func key(_ username: String, _ password: String) throws -> [UInt8] {
        try digest(.md5, Array("\(username):\(Self.realm):\(password)".utf8))
    }

    /// Computed with `openssl dgst -sha1 -hmac north -binary | base64`.
    @Test func isTheTURNRESTConvention() throws {
        let issuer = CredentialIssuer(secret: "north", lifetime: 3600)
        let credential = try issuer.issue(user: "alice", room: nil, now: Self.now)
        #expect(credential.username == "1700003600:alice")
        #expect(credential.password == "wjwSXO2ch1B6VaLTLMy2Avn5O9o=")
        #expect(credential.expiresAt == Self.now + 3600)
    }

    @Test func issuedCredentialsVerifyUntilTheyExpire() throws {
        let issued = try CredentialIssuer(secret: "north", lifetime: 60).issue(
            user: "alice",
            room: "a b",
            now: Self.now
        )
        let verifiable = try #require(verifier().candidates(for: issued.username, now: Self.now + 59).first)
        #expect(try verifiable.key(.md5) == key(issued.username, issued.password))
        #expect(verifiable.user == "alice" && verifiable.scope == RoomScope(name: "a b") && verifiable.isEphemeral)
        #expect(verifier().candidates(for: issued.username, now: Self.now + 60).isEmpty)
    }

    @Test func severalSecretsMakeARotation() throws {
        let both = verifier(secrets: ["south", "north"])
        let issued = try CredentialIssuer(secret: "north", lifetime: 60).issue(user: "a", room: nil, now: Self.now)
        let keys = both.candidates(for: issued.username, now: Self.now).map { $0.key(.md5) }
        #expect(try keys.count == 2 && keys.contains(key(issued.username, issued.password)))
        let withdrawn = verifier(secrets: ["south"]).candidates(for: issued.username, now: Self.now).map {
            $0.key(.md5)
        }
        #expect(try !withdrawn.contains(key(issued.username, issued.password)))
    }

    @Test(arguments: [
        "", ":", ":alice", "alice", "-1:alice", "+1800000000:alice", " 1800000000:alice", "1800000000 :alice",
        "0x7fffffff:alice", "1e12:alice", "99999999999999999999:alice", "9223372036854775808:alice", "1699999999:alice",
        "1700000000:alice", "０１８００００００００:alice", "alice:1800000000", "1800000000\u{0}:alice",
    ])
    func timestampsThatAreNone(username: String) {
        #expect(verifier().candidates(for: username, now: Self.now).isEmpty)
    }

    @Test(arguments: ["1800000000", "1800000000:", "1800000000:a:b", "9223372036854775807:alice"])
    func timestampsThatCount(username: String) {
        #expect(verifier().candidates(for: username, now: Self.now).count == 1)
    }

    @Test func lifetimesDoNotOverflow() throws {
        let issued = try CredentialIssuer(secret: "s", lifetime: .max).issue(user: "a", room: nil, now: Self.now)
        #expect(issued.expiresAt == .max)
    }

    @Test func longTermUsers() throws {
        let user = try LongTermUser(name: "videocall", password: "pass:word", realm: Self.realm)
        let verifier = verifier(users: [user])
        let verifiable = try #require(verifier.candidates(for: "videocall", now: Self.now).first)
        #expect(try verifiable.key(.md5) == key("videocall", "pass:word"))
        #expect(verifiable.user == "videocall" && verifiable.scope == nil && !verifiable.isEphemeral)
        #expect(verifier.candidates(for: "Videocall", now: Self.now).isEmpty)
    }

    /// Names that have broken logs, databases and formats elsewhere: they are names.
    @Test(arguments: [
        "%s%n", "'; DROP TABLE users;--", "a\nb", "a\u{0}b", "\"", "\u{202E}",
        String(repeating: "x", count: 200), "\u{301}combining", "a\u{600}\u{600}",
    ])
    func hostileNames(name: String) throws {
        let user = try LongTermUser(name: name, password: "p", realm: Self.realm)
        #expect(verifier(users: [user]).candidates(for: name, now: Self.now).first?.user == name)
        let issued = try CredentialIssuer(secret: "north", lifetime: 60).issue(user: name, room: name, now: Self.now)
        let verifiable = try #require(verifier().candidates(for: issued.username, now: Self.now).first)
        #expect(verifiable.user == name && verifiable.scope == RoomScope(name: name))
    }

    /// A user who picks a name that looks like a tag gets into no other room.
    /// U+0600 makes one character with the `#` after it.
    @Test(arguments: ["own", nil], ["eve", "eve\u{600}"])
    func aNameCannotForgeARoom(room: String?, user: String) throws {
        let issuer = CredentialIssuer(secret: "north", lifetime: 60)
        let issued = try issuer.issue(user: user + "#room=b3RoZXI", room: room, now: Self.now)
        let verifiable = try #require(verifier().candidates(for: issued.username, now: Self.now).first)
        #expect(verifiable.scope == room.map(RoomScope.init(name:)) && verifiable.user == user + "%23room=b3RoZXI")
    }

    /// The longest room that signaling allows, with its longest characters, fits what TURN allows.
    @Test func theLongestRoomFits() throws {
        let room = String(repeating: "\u{1F600}", count: 64)
        let user = "123e4567-e89b-42d3-a456-426614174000"
        let issued = try CredentialIssuer(secret: "s", lifetime: 60).issue(user: user, room: room, now: Self.now)
        #expect(issued.username.utf8.count <= 508)
        #expect(throws: CredentialError.self) {
            try CredentialIssuer(secret: "s", lifetime: 60).issue(user: room, room: room, now: Self.now)
        }
    }

    @Test(arguments: [
        "a#room=", "a#room=a", "a#room=YR", "a#room=YQ==", "a#room=_w", "a#room=a b", "a#ROOM=YQ", "a@room",
    ])
    func malformedTagsArePartOfTheUser(text: String) throws {
        let verifiable = try #require(verifier().candidates(for: "1800000000:\(text)", now: Self.now).first)
        #expect(verifiable.user == text && verifiable.scope == nil)
    }
}
