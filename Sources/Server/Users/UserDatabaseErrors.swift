// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

extension StartupError {
    static func userDatabase(_ path: String, _ reason: String) -> StartupError {
        .noInput("user database '\(path)': \(reason)")
    }

    static func userDatabase(_ path: String, errno code: Int32) -> StartupError {
        .userDatabase(path, String(cString: strerror(code)))
    }

    /// Runs `body`; what SQLite says is wrong is told without the statement and its values, which hold keys.
    static func wordingUserDatabase<Value>(
        _ path: String,
        _ body: () throws -> Value
    ) throws(StartupError) -> Value {
        do {
            return try body()
        } catch is UserDatabaseSchema.Foreign {
            throw .userDatabase(path, "it is not a user database of swiftturn")
        } catch let error as DatabaseError {
            throw .userDatabase(path, error.message ?? "\(error.resultCode)")
        } catch {
            throw .userDatabase(path, "it holds a user that cannot be read")
        }
    }
}
