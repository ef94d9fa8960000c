// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TURNCredentials

/// `swiftturn users import`.
struct UsersImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import users from coturn.",
        discussion: """
            FILE is coturn's SQLite database (its table turnusers_lt), its turnserver.conf (the lines user=NAME:PASSWORD \
            and user=NAME:0xKEY), or a text of such lines without 'user='. Nothing is imported from a file with a line \
            that cannot be.
            """
    )

    @OptionGroup var options: UserDatabaseOptions

    @Argument(help: "The file to import.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "The realm of the users in a text; for a database, import those of this realm only.",
            valueName: "name"
        )
    )
    var realm: String?

    func run() async throws {
        try await reportingErrors {
            let users =
                CoturnDatabase.isDatabase(file)
                ? try CoturnDatabase.users(file, realm: realm) : try CoturnUserText.users(file, realm: realm)
            let now = Int64(Date().timeIntervalSince1970)
            try options.create().store(try users.map { user throws(StartupError) in try user.stored(now: now) })
            printError("imported \(users.count) users")
        }
    }
}
