// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import TURNCredentials

/// The keys that a realm shares with its authorization servers (RFC 7635, section 4.1), one on a line:
///
///     KID A128GCM|A256GCM KEY [EXPIRY]
///
/// KEY is in base64. EXPIRY is in seconds since 1970; tokens of the key are not taken from then on.
enum OAuthKeyFile {
    private static let algorithms: [Substring: AEADAlgorithm] = ["A128GCM": .aes128GCM, "A256GCM": .aes256GCM]

    /// - Returns: at least one key. Errors name lines and never what stands there.
    static func read(_ path: String) throws(StartupError) -> [OAuthKey] {
        let text = try TextFile.read(secret: path, .oauthKeyFile)
        var keys: [OAuthKey] = []
        for (number, line) in TextFile.lines(of: text) {
            let key = try key(line, "'\(path)', line \(number)")
            guard !keys.contains(where: { $0.kid == key.kid }) else {
                throw .configuration(.oauthKeyFile, "'\(path)', line \(number): there is another key of this name")
            }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw .configuration(.oauthKeyFile, "'\(path)' has no key in it") }
        return keys
    }

    private static func key(_ line: String, _ place: String) throws(StartupError) -> OAuthKey {
        let fields = line.split { $0 == " " || $0 == "\t" }
        guard 3...4 ~= fields.count, let algorithm = algorithms[fields[1]] else {
            throw .configuration(.oauthKeyFile, "\(place): not KID A128GCM|A256GCM KEY [EXPIRY]")
        }
        guard let bytes = Data(base64Encoded: String(fields[2])) else {
            throw .configuration(.oauthKeyFile, "\(place): the key is not in base64")
        }
        let expiry = fields.count == 4 ? try expiry(fields[3], place) : nil
        try UserName.check(user: String(fields[0]))
        do {
            return try OAuthKey(kid: String(fields[0]), algorithm: algorithm, key: Array(bytes), expiresAt: expiry)
        } catch {
            throw .configuration(
                .oauthKeyFile,
                "\(place): the key has \(bytes.count) bytes, and \(fields[1]) needs \(algorithm.keyLength)"
            )
        }
    }

    private static func expiry(_ text: Substring, _ place: String) throws(StartupError) -> Int64 {
        // Digits alone: `Int64` would take a sign.
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let seconds = Int64(text) else {
            throw .configuration(.oauthKeyFile, "\(place): the expiry is not in seconds since 1970")
        }
        return seconds
    }
}
