// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TURNCredentials

/// `swiftturn users add`.
struct UsersAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a user, or give one a new password.",
        discussion: """
            The password is the first line of --password-file, or of standard input; at a terminal it is asked for. It is \
            no argument, since others on this machine can see those.
            """
    )

    @OptionGroup var options: UserDatabaseOptions

    @Argument(help: "The name of the user.")
    var name: String

    @Option(help: ArgumentHelp("The realm of the server. (default: that of all other users)", valueName: "name"))
    var realm: String?

    @Option(help: ArgumentHelp("A file with the password on its first line.", valueName: "file"))
    var passwordFile: String?

    func run() async throws {
        try await reportingErrors {
            try UserName.check(user: name)
            let database = try options.create()
            let realm = try RealmOption.value(realm, known: try database.realms())
            let isNew = try !database.realms(ofUser: name).contains(realm)
            let password = try PasswordSource.read(file: passwordFile, for: name)
            let user = StoredUser(
                name: name,
                realm: realm,
                keys: try LongTermKeys(username: name, realm: realm, password: password),
                createdAt: Int64(Date().timeIntervalSince1970)
            )
            try database.store([user])
            printError("\(isNew ? "added" : "changed") \(name) in realm \(realm)")
        }
    }
}
