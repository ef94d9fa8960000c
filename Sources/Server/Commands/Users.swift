// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `swiftturn users`.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the users of a server that do not expire.",
        discussion: """
            The database is a file that 'swiftturn serve --user-database' follows: changes count within a second or two. \
            It holds keys made of names, realm and passwords, and no password.
            """,
        subcommands: [UsersAdd.self, UsersList.self, UsersRemove.self, UsersImport.self]
    )
}

/// What the commands of `swiftturn users` have in common.
struct UserDatabaseOptions: ParsableArguments {
    private static let variable = "SWIFTTURN_USER_DATABASE"

    @Option(help: ArgumentHelp("The database of users. (default: $\(Self.variable))", valueName: "file"))
    var database: String?

    func path() throws(StartupError) -> String {
        let environment = ProcessInfo.processInfo.environment
        guard let path = database ?? environment[Self.variable], !path.isEmpty else {
            throw .configuration("--database or \(Self.variable) is required")
        }
        return path
    }

    /// For commands that make the file when there is none.
    func create() throws(StartupError) -> UserDatabase { try UserDatabase.create(at: path()) }

    func open(isReadOnly: Bool) throws(StartupError) -> UserDatabase {
        try UserDatabase(path(), isReadOnly: isReadOnly)
    }
}

/// A realm that may be left out where only one can be meant.
enum RealmOption {
    /// - Parameter known: the realms that fit, of which there must be one when none is given.
    static func value(_ given: String?, known: [String]) throws(StartupError) -> String {
        if let given {
            try UserName.check(realm: given)
            return given
        }
        guard known.count <= 1 else {
            throw .configuration("--realm is required: one of \(known.joined(separator: ", "))")
        }
        guard let only = known.first else { throw .configuration("--realm is required: the realm of the server") }
        return only
    }
}
