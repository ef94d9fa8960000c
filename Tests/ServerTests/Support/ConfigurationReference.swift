// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

@testable import Server

/// The text of docs/configuration.md.
struct ConfigurationReference {
    /// What swift-argument-parser tells of a flag.
    struct Flag: Decodable {
        struct Name: Decodable {
            let name: String
        }

        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let sectionTitle: String?
        let kind: String
        let isRepeating: Bool

        var key: ConfigurationKey? { names?.first.flatMap { ConfigurationKey(rawValue: $0.name) } }

        var text: String {
            let name = names?.first?.name ?? ""
            let value = kind == "option" ? " \(valueName?.uppercased() ?? "VALUE")\(isRepeating ? " ..." : "")" : ""
            return "--\(name)\(value)"
        }

        /// Without the default, which has a column of its own.
        var meaning: String {
            let end = key?.defaultText.map { " (default: \($0))" } ?? ""
            let text = abstract ?? ""
            return text.hasSuffix(end) ? String(text.dropLast(end.count)) : text
        }
    }

    private struct Dump: Decodable {
        struct Command: Decodable {
            let arguments: [Flag]
        }

        let command: Command
    }

    static func flags() throws -> [Flag] {
        try JSONDecoder().decode(Dump.self, from: Data(ServeOptions._dumpHelp().utf8)).command.arguments
    }

    let text: String

    init() throws {
        let flags = try Self.flags().filter { $0.key != nil }
        let titles = flags.map { $0.sectionTitle ?? "Server" }
        let sections = titles.indices.filter { titles.firstIndex(of: titles[$0]) == $0 }.map { titles[$0] }
        let tables = sections.map { title in
            Self.table(title, flags.filter { ($0.sectionTitle ?? "Server") == title })
        }
        text = Self.beginning + tables.joined(separator: "\n") + Self.end
    }

    private static func table(_ title: String, _ flags: [Flag]) -> String {
        let rows = flags.map { flag in
            let key = flag.key
            let names = ["`\(key?.rawValue ?? "")`", "`\(flag.text)`", "`\(key?.environmentName ?? "")`"]
            let cells = [
                names.joined(separator: "<br>"), key?.defaultText.map { "`\($0)`" } ?? "",
                key?.isLive == true ? "live" : "restart", key?.isOfRealm == true ? "yes" : "", flag.meaning,
            ]
            return "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |"
        }
        return """
            ## \(title)
            | key, flag, environment | default | change | realms | meaning |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }

    private static let beginning = """
        # Configuration

        <!-- Made from the code by Tests/ServerTests/ConfigurationReferenceTests.swift, which says how. -->

        `swiftturn serve` takes its options in layers: flags win over the environment, the environment over the YAML file (`--config FILE` or
        `SWIFTTURN_CONFIG`), the file over `DOMAIN`, `TURN_DOMAIN`, `TURN_USERNAME` with `TURN_PASSWORD` and `MAX_PARTICIPANTS_PER_ROOM`. Lists
        are sequences in YAML, or one text with commas for what is no secret; in the environment they are separated by commas; flags are repeated.
        [deploy/swiftturn.example.yaml](../deploy/swiftturn.example.yaml) is a file to begin with. [cli.md](cli.md) explains listeners, realms,
        access tokens and proxies.

        An unknown key ends the program, and so does a wrong value: one line names file, line and key. An unknown variable that begins with `SWIFTTURN_` is
        a warning. Arguments can be seen by others on the machine: give secrets in files, and close these to others (`chmod 600`).

        - `swiftturn check` takes the same options and says what the server would do, and what would keep it or its clients from that.
        - `swiftturn serve --print-config` prints all options with their values and where these come from. Secrets are left out.
        - SIGHUP has a running server read its configuration again. *live* in the tables below is taken over at once, without touching
          connections; *restart* waits for the next start. One line of the log says what has changed and what waits. If anything is wrong, all
          stays as it was, and the line says why.
        - `config-version` is the version of the file's format, 1. A server that is too old for a file says so.


        """

    private static let end = """

        ## Realms
        The key `realms` of the file is a list of other realms, each with `name`, `hosts` and the options that have *yes* under *realms*:
        [cli.md](cli.md#realms) says what holds where one is left out. Realms that come, go or have other hosts need a restart; their options do not.

        ## What live means
        - Certificates: new connections get the new one.
        - Users, secrets and keys of access tokens: for new allocations. Those that there are live on until their lifetime ends.
        - Rules for peers: for new permissions and channels, also of allocations that there are.
        - Limits of numbers: what is there already stays, also when it is more.
        - Rates: at once for who had a limit before; for new allocations where there was none, and for the rate of one allocation.
        - Size of rooms: for who joins. Lifetime of credentials and transport policy: for what is issued from then on.

        """
}
