// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration

/// The flags of `swiftturn serve`. Each is also a `SWIFTTURN_...` environment variable and a key of the YAML file,
/// which `ConfigurationKey` lists.
struct ServeOptions: ParsableArguments {
    @Flag(help: "Try it on this machine: https://localhost:8443 with a certificate of a local authority made for it.")
    var dev = false

    @Option(help: ArgumentHelp("Read options from a YAML file.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Where to listen, and for what: everything, /web or /turn. Repeatable. (default: [::]:443)",
            valueName: "addr:port[/web|/turn]"
        )
    )
    var listen: [String] = []

    @Option(help: ArgumentHelp("The host name of the app and signaling.", valueName: "name"))
    var callHost: String?

    @Option(help: ArgumentHelp("The host name of TURN, when it is another one.", valueName: "name"))
    var turnHost: String?

    @Option(help: ArgumentHelp("A certificate chain, leaf first (PEM). Repeatable.", valueName: "file"))
    var certificate: [String] = []

    @Option(help: ArgumentHelp("The private key of the certificate at the same place (PEM).", valueName: "file"))
    var privateKey: [String] = []

    @Option(help: ArgumentHelp("The TURN realm. (default: the TURN host)", valueName: "name"))
    var realm: String?

    @Option(
        help: ArgumentHelp(
            "A secret of time-limited credentials. Repeatable: all verify, the first issues. Others on this machine"
                + " can see arguments: prefer --auth-secret-file.",
            valueName: "secret"
        )
    )
    var authSecret: [String] = []

    @Option(help: ArgumentHelp("A file with such secrets, one on a line.", valueName: "file"))
    var authSecretFile: String?

    @Option(help: ArgumentHelp("A TURN user that does not expire. Repeatable.", valueName: "name:password"))
    var user: [String] = []

    @Option(help: ArgumentHelp("A file with such users, one on a line.", valueName: "file"))
    var userFile: String?

    @Option(help: ArgumentHelp("A database of users, followed as 'swiftturn users' changes it.", valueName: "file"))
    var userDatabase: String?

    @Option(help: ArgumentHelp("closed: only between clients of this server; open: to any peer.", valueName: "mode"))
    var relay: String?

    @Option(help: ArgumentHelp("The address that relayed addresses show.", valueName: "ip"))
    var relayAddress: String?

    @Option(help: ArgumentHelp("What browsers may use: relay (only this server) or all.", valueName: "relay|all"))
    var iceTransportPolicy: String?

    @Option(help: ArgumentHelp("Where the app's files are. (default: found beside the program)", valueName: "dir"))
    var webRoot: String?

    @Option(help: ArgumentHelp("Threads that do I/O. (default: one for each core)", valueName: "n"))
    var eventLoops: Int?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("Another origin whose pages may use /ws. Repeatable.", valueName: "origin"))
    var allowedOrigin: [String] = []

    @Option(help: ArgumentHelp("How many may be in one room. (default: 10)", valueName: "n"))
    var maxParticipantsPerRoom: Int?

    @Option(help: ArgumentHelp("How long issued credentials are good. (default: 3600)", valueName: "seconds"))
    var credentialLifetime: Int?

    @Flag(help: "Serve TURN over TCP without TLS too, on the same port.")
    var plainTurn = false

    /// The values that were given, in the form of the other layers.
    var values: [AbsoluteConfigKey: ConfigValue] {
        var values: [ConfigurationKey: ConfigContent] = [:]
        let texts: [(ConfigurationKey, String?)] = [
            (.callHost, callHost), (.turnHost, turnHost), (.realm, realm), (.authSecretFile, authSecretFile),
            (.userFile, userFile), (.userDatabase, userDatabase), (.relay, relay), (.relayAddress, relayAddress),
            (.iceTransportPolicy, iceTransportPolicy), (.webRoot, webRoot), (.logLevel, logLevel),
        ]
        let lists: [(ConfigurationKey, [String])] = [
            (.listen, listen), (.certificate, certificate), (.privateKey, privateKey), (.authSecret, authSecret),
            (.user, user), (.allowedOrigin, allowedOrigin),
        ]
        let numbers: [(ConfigurationKey, Int?)] = [
            (.eventLoops, eventLoops), (.maxParticipantsPerRoom, maxParticipantsPerRoom),
            (.credentialLifetime, credentialLifetime),
        ]
        for (key, text) in texts { values[key] = text.map(ConfigContent.string) }
        for (key, list) in lists where !list.isEmpty { values[key] = .stringArray(list) }
        for (key, number) in numbers { values[key] = number.map(ConfigContent.int) }
        for (key, flag) in [(ConfigurationKey.dev, dev), (.plainTurn, plainTurn)] where flag {
            values[key] = .bool(true)
        }
        return Dictionary(
            uniqueKeysWithValues: values.map { key, content in
                (AbsoluteConfigKey(key.configKey), ConfigValue(content, isSecret: key.isSecret))
            }
        )
    }
}
