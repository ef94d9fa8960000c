// SPDX-License-Identifier: Apache-2.0

import TURNCredentials

// What the fuzzed files name and nothing here runs: the user database, which would bring SQLite along.

struct StoredUser {
    let name: String
    let realm: String
    let keys: LongTermKeys
    let createdAt: Int64
}

struct SecretsDirectory {
    func store(authSecrets: [String]) throws(StartupError) -> String { "auth-secrets" }

    func store(users: [ImportedUser]) throws(StartupError) -> String {
        for user in users { _ = try user.stored(now: 0) }
        return "users.db"
    }
}
