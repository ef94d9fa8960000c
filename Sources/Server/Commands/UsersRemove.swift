// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn users remove`.
struct UsersRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a user.",
        discussion: "Allocations that the user has go on until their lifetime ends."
    )

    @OptionGroup var options: UserDatabaseOptions

    @Argument(help: "The name of the user.")
    var name: String

    @Option(help: ArgumentHelp("The realm of the user. (default: the only one with such a user)", valueName: "name"))
    var realm: String?

    func run() async throws {
        try await reportingErrors {
            let database = try options.open(isReadOnly: false)
            let realms = try database.realms(ofUser: name)
            guard !realms.isEmpty else { throw StartupError.noUser(name, in: database.path) }
            let realm = try RealmOption.value(realm, known: realms)
            guard try database.remove(name: name, realm: realm) else {
                throw StartupError.noUser(name, in: database.path)
            }
            printError("removed \(name) from realm \(realm)")
        }
    }
}

extension StartupError {
    fileprivate static func noUser(_ name: String, in path: String) -> StartupError {
        .noInput("there is no user '\(name)' in '\(path)', or not in this realm")
    }
}
