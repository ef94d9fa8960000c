// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// coturn's SQLite database: table `turnusers_lt` with realm, name and `hmackey`, the MD5 key in hexadecimal.
enum CoturnDatabase {
    private static let signature = Data("SQLite format 3\u{0}".utf8)

    static func isDatabase(_ path: String) -> Bool {
        let handle = FileHandle(forReadingAtPath: path)
        return (try? handle?.read(upToCount: signature.count)) == signature
    }

    /// - Parameter realm: nil for the users of all realms.
    static func users(_ path: String, realm: String?) throws(StartupError) -> [ImportedUser] {
        let rows = try rows(path)
        var users: [ImportedUser] = []
        for row in rows where realm == nil || realm == row.realm {
            guard let key = ImportedUser.md5Key(hexadecimal: row.hmackey) else {
                throw .configuration("'\(path)': the key of '\(row.name)' is not an MD5 key: 32 hexadecimal digits")
            }
            users.append(ImportedUser(name: row.name, realm: row.realm, secret: .md5Key(key)))
        }
        return users
    }

    private struct User: Decodable, FetchableRecord {
        let realm: String
        let name: String
        let hmackey: String
    }

    private static func rows(_ path: String) throws(StartupError) -> [User] {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: path, configuration: configuration).read {
                try User.fetchAll($0, sql: "SELECT realm, name, hmackey FROM turnusers_lt ORDER BY realm, name")
            }
        } catch let error as DatabaseError {
            throw .noInput("'\(path)' cannot be read as coturn's database: \(error.message ?? "\(error.resultCode)")")
        } catch {
            throw .noInput("'\(path)' holds a user that cannot be read")
        }
    }
}
