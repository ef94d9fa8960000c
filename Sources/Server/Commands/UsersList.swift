// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `swiftturn users list`.
struct UsersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List users: realm, name, and since when.",
        discussion: "Keys are not shown: each is as good as its password."
    )

    @OptionGroup var options: UserDatabaseOptions

    @Option(help: ArgumentHelp("Users of one realm only.", valueName: "name"))
    var realm: String?

    @Flag(help: "Print JSON.")
    var json = false

    private struct Item: Encodable {
        let name: String
        let realm: String
        let createdAt: String
        /// What the user can authenticate with (RFC 8489, section 18.5).
        let passwordAlgorithms: [String]

        init(_ user: StoredUser) {
            name = user.name
            realm = user.realm
            createdAt = Date(timeIntervalSince1970: TimeInterval(user.createdAt)).formatted(.iso8601)
            passwordAlgorithms = user.sha256Key == nil ? ["MD5"] : ["MD5", "SHA-256"]
        }
    }

    func run() async throws {
        try await reportingErrors {
            let items = try options.open(isReadOnly: true).users(realm: realm).map(Item.init)
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                printOutput(String(decoding: try encoder.encode(items), as: UTF8.self))
            } else {
                for item in items { printOutput("\(item.realm)\t\(item.name)\t\(item.createdAt)") }
            }
        }
    }
}
