// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import TURNCredentials

/// A row of the user database. There is no password in it, but the keys are as good as one in their realm.
///
/// It is read by way of `Codable`, which throws where GRDB's other ways trap: a damaged file must not end a server.
struct StoredUser: Codable, Equatable, FetchableRecord {
    let realm: String
    let name: String
    let md5Key: Data
    let sha256Key: Data?
    /// Seconds since 1970; kept when the user gets new keys.
    let createdAt: Int64

    static let databaseColumnDecodingStrategy = DatabaseColumnDecodingStrategy.convertFromSnakeCase

    init(name: String, realm: String, keys: LongTermKeys, createdAt: Int64) {
        self.realm = realm
        self.name = name
        self.md5Key = Data(keys.md5)
        self.sha256Key = keys.sha256.map { Data($0) }
        self.createdAt = createdAt
    }

    /// SQLite keeps anything in any column; a key that is too short would be guessed.
    var isSound: Bool { md5Key.count == 16 && (sha256Key == nil || sha256Key?.count == 32) }

    var keys: LongTermKeys { LongTermKeys(md5: Array(md5Key), sha256: sha256Key.map { Array($0) }) }
    var longTermUser: LongTermUser { LongTermUser(name: name, keys: keys) }
}
