// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import Testing

@testable import TURNCredentials

/// Self-contained tokens (RFC 7635, section 6.2).
struct AccessTokenTests {
    static let issuedAt: Int64 = 1_700_000_000
    static let server = "turn.example.org"
    static let macKey = Array("01234567890123456789".utf8)

    /// Made by `turnutils_oauth` of coturn 4.6.1 for `turn.example.org`, with coturn's test keys: their base64 ends with
    /// a line feed that is no part of the key.
    static let foreign: [(kid: String, algorithm: AEADAlgorithm, key: String, token: String)] = [
        (
            "oldempire", .aes256GCM, "12345678901234567890123456789012\n",
            "AAwwMTIzNDU2Nzg5YWJMo9d+TAyOvDId9swFoiYXyQlnryJ5AlqNFXR2ePWzB63GnYPJLiXV+a0uYnEviCAUog=="
        ),
        (
            "union", .aes128GCM, "1234567890123456\n",
            "AAwwMTIzNDU2Nzg5YWILB0lQtnUGRTTVCX/2g4yqW+j0SDJG+Zvcnt5HdXkM8TKRhN+oV7J/i9plbb8yfUsTSA=="
        ),
    ]

    private func key(expiresAt: Int64? = nil) throws -> OAuthKey {
        let bytes = [UInt8](repeating: 7, count: 32)
        return try OAuthKey(kid: "k", algorithm: .aes256GCM, key: bytes, expiresAt: expiresAt)
    }

    private let nonce = [UInt8](repeating: 9, count: 12)

    private func grant(lifetime: UInt32 = 3600) -> AccessGrant {
        AccessGrant(macKey: Self.macKey, timestamp: UInt64(Self.issuedAt) << 16, lifetime: lifetime)
    }

    private func error(_ key: OAuthKey, _ block: [UInt8], now: Int64 = issuedAt, server: String = server)
        -> AccessTokenError?
    {
        do throws(AccessTokenError) {
            _ = try key.open(nonce: nonce, encryptedBlock: block, serverName: server, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: foreign.indices)
    func tokensOfCoturn(index: Int) throws {
        let (kid, algorithm, secret, text) = Self.foreign[index]
        let token = Array(try #require(Data(base64Encoded: text)))
        let key = try OAuthKey(kid: kid, algorithm: algorithm, key: Array(secret.utf8))
        let (nonce, block) = (Array(token[2..<14]), Array(token[14...]))
        let grant = try key.open(nonce: nonce, encryptedBlock: block, serverName: Self.server, now: Self.issuedAt)
        #expect(grant == self.grant())
        #expect(grant.expiresAt == Self.issuedAt + 3600)
        // And the other way: ours is theirs, byte for byte.
        #expect(try key.seal(grant, nonce: nonce, serverName: Self.server) == block)
    }

    // MARK: Lengths of the inside, which the holder of a key writes

    @Test(arguments: [0, 1, 19, 65, 1000, Int(UInt16.max)])
    func macKeysOfWrongLengths(length: Int) throws {
        let key = AccessGrant(macKey: Array(repeating: 1, count: length), timestamp: 0, lifetime: 1)
        #expect(throws: AccessTokenError.malformed) { try AccessGrant(decoding: key.encoded) }
    }

    @Test(arguments: [20, 32, 64])
    func macKeysOfRightLengths(length: Int) throws {
        let grant = AccessGrant(macKey: Array(repeating: 1, count: length), timestamp: .max, lifetime: .max)
        #expect(try AccessGrant(decoding: grant.encoded) == grant)
    }

    /// A length that says more than there is, and bytes after the end.
    @Test func lengthsThatLie() {
        let bytes = grant().encoded
        for length in 0..<bytes.count {
            #expect(throws: AccessTokenError.malformed) { try AccessGrant(decoding: Array(bytes.prefix(length))) }
        }
        #expect(throws: AccessTokenError.malformed) { try AccessGrant(decoding: bytes + [0]) }
        for length in 0...Int(UInt16.max) where length != 20 {
            let changed = [UInt8(length >> 8), UInt8(length & 0xFF)] + bytes.dropFirst(2)
            #expect(throws: AccessTokenError.malformed) { try AccessGrant(decoding: changed) }
        }
    }

    @Test func sealedWithLengthsThatLie() throws {
        let bytes = [UInt8](repeating: 7, count: 32)
        let sealing = try AEADKey(.aes256GCM, key: bytes)
        for text in [[], [0], [0xFF, 0xFF], [0xFF, 0xFF] + bytes, [0, 0] + bytes.prefix(12)] as [[UInt8]] {
            let block = try sealing.seal(text, nonce: nonce, additional: Array(Self.server.utf8))
            #expect(error(try key(), block) == .malformed)
        }
    }

    // MARK: Authenticity

    @Test func tokensOfOthers() throws {
        let block = try key().seal(grant(), nonce: nonce, serverName: Self.server)
        #expect(error(try key(), block) == nil)
        #expect(error(try key(), block, server: "turn.example.com") == .notAuthentic)
        let other = try OAuthKey(kid: "k", algorithm: .aes256GCM, key: Array(repeating: 8, count: 32))
        #expect(error(other, block) == .notAuthentic)
        for length in 0..<block.count {
            #expect(error(try key(), Array(block.prefix(length))) == .notAuthentic)
        }
    }

    @Test(arguments: [0, 11, 13, 256, 65535])
    func noncesOfWrongLengths(length: Int) throws {
        let block = try key().seal(grant(), nonce: nonce, serverName: Self.server)
        #expect(throws: AccessTokenError.notAuthentic) {
            let nonce = [UInt8](repeating: 9, count: length)
            _ = try key().open(nonce: nonce, encryptedBlock: block, serverName: Self.server, now: Self.issuedAt)
        }
    }

    // MARK: Time

    /// > Lifetime + Delta > abs(RDnew - TS)
    @Test(arguments: [(0, true), (3604, true), (3605, false), (-3604, true), (-3605, false)])
    func tokensExpire(age: Int64, isTaken: Bool) throws {
        let block = try key().seal(grant(), nonce: nonce, serverName: Self.server)
        #expect(error(try key(), block, now: Self.issuedAt + age) == (isTaken ? nil : .expired))
    }

    @Test func timesAtTheirLimits() throws {
        #expect(!grant(lifetime: 0).isValid(at: Self.issuedAt))
        for timestamp in [0, .max] as [UInt64] {
            let grant = AccessGrant(macKey: Self.macKey, timestamp: timestamp, lifetime: .max)
            for now in [.min, 0, .max] as [Int64] {
                _ = grant.isValid(at: now)
            }
            #expect(grant.expiresAt > 0)
        }
    }

    @Test func keysExpire() throws {
        let key = try key(expiresAt: Self.issuedAt + 60)
        let block = try key.seal(grant(), nonce: nonce, serverName: Self.server)
        #expect(error(key, block, now: Self.issuedAt + 59) == nil)
        #expect(error(key, block, now: Self.issuedAt + 60) == .expired)
    }

    @Test func keysHaveToBeLongEnough() {
        #expect(throws: AEADError.self) {
            try OAuthKey(kid: "k", algorithm: .aes256GCM, key: Array(repeating: 1, count: 31))
        }
    }

    // MARK: As credentials

    @Test func credentialsOfTokens() throws {
        let users = UserDirectory([], realm: "r")
        let tokens = AccessTokenVerifier(serverName: Self.server, keys: [try key()])
        let verifier = CredentialVerifier(users: users, secrets: [], tokens: tokens)
        let block = try key().seal(grant(), nonce: nonce, serverName: Self.server)
        let found = verifier.candidates(kid: "k", nonce: nonce, encryptedBlock: block, now: Self.issuedAt)
        let credential = try #require(found.first)
        #expect(credential.key(.md5) == Self.macKey && credential.key(.sha256) == Self.macKey)
        // For coturn's clients.
        #expect(found.dropFirst().map { $0.key(.md5) } == [Array(Self.macKey.prefix(16))])
        #expect(credential.isAccessToken && credential.expiresAt == Self.issuedAt + 3600)
        #expect(verifier.candidates(kid: "other", nonce: nonce, encryptedBlock: block, now: Self.issuedAt).isEmpty)
        #expect(!verifier.findsEveryoneByHash)
        let without = CredentialVerifier(users: users, secrets: [])
        #expect(without.candidates(kid: "k", nonce: nonce, encryptedBlock: block, now: Self.issuedAt).isEmpty)
    }
}
