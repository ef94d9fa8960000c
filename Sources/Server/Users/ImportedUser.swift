// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import TURNCredentials

/// A user of another server, on the way into the database.
struct ImportedUser: Equatable, Sendable {
    enum Secret: Equatable, Sendable {
        case password(String)
        /// MD5 of name, realm and password. Without the password there is no SHA-256 key.
        case md5Key([UInt8])
    }

    let name: String
    let realm: String
    let secret: Secret

    func stored(now: Int64) throws(StartupError) -> StoredUser {
        try UserName.check(user: name)
        try UserName.check(realm: realm)
        return StoredUser(name: name, realm: realm, keys: try keys(), createdAt: now)
    }

    private func keys() throws(StartupError) -> LongTermKeys {
        switch secret {
        case .md5Key(let key): return LongTermKeys(md5: key, sha256: nil)
        case .password(let password):
            do {
                return try LongTermKeys(username: name, realm: realm, password: password)
            } catch {
                throw .configuration("no keys can be made for '\(name)': \(error)")
            }
        }
    }

    /// The bytes of an MD5 key in hexadecimal; nil for anything else.
    static func md5Key(hexadecimal text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 32, text.utf8.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
