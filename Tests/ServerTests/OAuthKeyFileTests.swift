// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import OpenSSLCrypto
import TURNCredentials
import Testing

@testable import Server

/// Keys of authorization servers, in a file.
struct OAuthKeyFileTests {
    private static let short = Data(repeating: 1, count: 16).base64EncodedString()
    private static let long = Data(repeating: 2, count: 33).base64EncodedString()

    private func withKeys(_ text: String, mode: Int = 0o600, _ body: (String) async throws -> Void) async throws {
        try await withFile(text) { path in
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            try await body(path)
        }
    }

    private func grant(at now: Int64) -> AccessGrant {
        AccessGrant(macKey: Array(repeating: 7, count: 20), timestamp: UInt64(now) << 16, lifetime: 60)
    }

    /// Whether the key opens what another one of these bytes has sealed.
    private func opens(_ key: OAuthKey, _ bytes: [UInt8], _ algorithm: AEADAlgorithm, at now: Int64 = 1_000) -> Bool {
        let nonce = [UInt8](repeating: 3, count: 12)
        guard let other = try? OAuthKey(kid: key.kid, algorithm: algorithm, key: bytes),
            let block = try? other.seal(grant(at: now), nonce: nonce, serverName: "s")
        else { return false }
        return (try? key.open(nonce: nonce, encryptedBlock: block, serverName: "s", now: now)) == grant(at: now)
    }

    @Test func keysOfBothAlgorithms() async throws {
        try await withKeys("# 2026\nunion A128GCM \(Self.short)\n\n north\tA256GCM  \(Self.long) 2000\r\n") { path in
            let keys = try OAuthKeyFile.read(path)
            #expect(keys.map(\.kid) == ["union", "north"])
            #expect(opens(keys[0], Array(repeating: 1, count: 16), .aes128GCM, at: 1 << 40))
            // A key may be longer than its algorithm wants; those of coturn's clients end with a line feed.
            #expect(opens(keys[1], Array(repeating: 2, count: 32), .aes256GCM, at: 1_999))
            #expect(!opens(keys[1], Array(repeating: 2, count: 32), .aes256GCM, at: 2_000))
        }
    }

    @Test(arguments: [
        ("north A256GCM", "line 1: not KID"), ("north A512GCM \(long)", "line 1: not KID"),
        ("north a256gcm \(long)", "line 1: not KID"), ("north A256GCM \(long) 1 2", "line 1: not KID"),
        ("# c\nnorth A256GCM hunter2", "line 2: the key is not in base64"),
        ("north A256GCM \(short)", "line 1: the key has 16 bytes, and A256GCM needs 32"),
        ("north A256GCM \(long) -1", "line 1: the expiry"), ("north A256GCM \(long) 2027-01-01", "line 1: the expiry"),
        ("a A256GCM \(long)\na A128GCM \(short)", "line 2: there is another key"), ("# nothing\n", "no key"),
        ("\u{7} A256GCM \(long)", "control characters"),
    ])
    func errorsNameTheLineAndNotTheKey(text: String, words: String) async throws {
        try await withKeys(text) { path in
            let error = #expect(throws: StartupError.self) { try OAuthKeyFile.read(path) }
            let description = try #require(error?.description)
            #expect(description.contains(words), "\(description)")
            #expect(!description.contains("hunter2") && !description.contains(Self.long))
        }
    }

    @Test(arguments: [(0o600, true), (0o440, true), (0o604, false), (0o660, false), (0o602, false), (0o601, false)])
    func othersMustNotReadOrChangeIt(mode: Int, isTaken: Bool) async throws {
        try await withKeys("union A128GCM \(Self.short)", mode: mode) { path in
            let keys = try? OAuthKeyFile.read(path)
            #expect((keys != nil) == isTaken)
        }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let error = #expect(throws: StartupError.self) { try OAuthKeyFile.read("/nonexistent") }
        #expect(error?.kind == .noInput && error?.description.contains("/nonexistent") == true)
    }
}
