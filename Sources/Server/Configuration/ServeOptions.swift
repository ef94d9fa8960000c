// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration

/// The flags of `swiftturn serve`. Each is also a `SWIFTTURN_...` environment variable and a key of the YAML file,
/// which `ConfigurationKey` lists.
struct ServeOptions: ParsableArguments {
    @Flag(
        help: .option(
            .dev,
            "Try it on this machine: https://localhost:8443 with a certificate of a local authority made for "
                + "it."
        )
    )
    var dev = false

    @Option(help: ArgumentHelp("Read options from a YAML file.", valueName: "file"))
    var config: String?

    @Option(
        help: .option(
            .listen,
            "Where to listen. One port for everything, /web or /turn; or TURN alone, by udp:, tcp: or tls: "
                + "before the address. Repeatable.",
            valueName: "[udp:|tcp:|tls:]addr:port[/web|/turn]"
        )
    )
    var listen: [String] = []

    @Option(
        help: .option(
            .proxyProtocolFrom,
            "A proxy, or a network of them, whose connections begin with a PROXY header. Repeatable.",
            valueName: "cidr"
        )
    )
    var proxyProtocolFrom: [String] = []

    @Option(
        help: .option(
            .natDiscovery,
            "A second UDP address and port, beside the first udp: listener's, for clients to find out how their"
                + " NAT behaves (RFC 5780). One for each family.",
            valueName: "addr:port"
        )
    )
    var natDiscovery: [String] = []

    @Flag(help: .option(.plainTurn, "Serve TURN over TCP without TLS too, on the same port."))
    var plainTurn = false

    @Option(help: .option(.callHost, "The host name of the app and signaling.", valueName: "name"))
    var callHost: String?

    @Option(help: .option(.turnHost, "The host name of TURN, when it is another one.", valueName: "name"))
    var turnHost: String?

    @Option(
        help: .option(
            .certificate,
            "A certificate chain, leaf first (PEM). Required where a listener does TLS. Repeatable.",
            valueName: "file"
        )
    )
    var certificate: [String] = []

    @Option(
        help: .option(
            .privateKey,
            "The private key of the certificate at the same place (PEM).",
            valueName: "file"
        )
    )
    var privateKey: [String] = []

    @Option(help: .option(.realm, "The TURN realm.", valueName: "name"))
    var realm: String?

    @Option(
        help: .option(
            .authSecret,
            "A secret of time-limited credentials. Repeatable: all verify, the first issues. Others on this "
                + "machine can see arguments: prefer --auth-secret-file.",
            valueName: "secret"
        )
    )
    var authSecret: [String] = []

    @Option(help: .option(.authSecretFile, "A file with such secrets, one on a line.", valueName: "file"))
    var authSecretFile: String?

    @Option(
        help: .option(
            .user,
            "A user that does not expire. Repeatable. Others on this machine can see arguments: prefer "
                + "--user-file.",
            valueName: "name:password"
        )
    )
    var user: [String] = []

    @Option(help: .option(.userFile, "A file with such users, one on a line.", valueName: "file"))
    var userFile: String?

    @Option(
        help: .option(
            .userDatabase,
            "A database of users, followed as 'swiftturn users' changes it.",
            valueName: "file"
        )
    )
    var userDatabase: String?

    @Option(
        help: .option(
            .oauthKeyFile,
            "Keys of authorization servers (RFC 7635), one on a line: KID A128GCM|A256GCM KEY [EXPIRY].",
            valueName: "file"
        )
    )
    var oauthKeyFile: String?

    @Option(help: .option(.oauthServerName, "The name that access tokens are made for.", valueName: "name"))
    var oauthServerName: String?

    @Option(
        help: .option(
            .iceTransportPolicy,
            "What browsers may use: relay (only this server) or all (direct connections too).",
            valueName: "relay|all"
        )
    )
    var iceTransportPolicy: String?

    @Option(help: .option(.webRoot, "Where the app's files are.", valueName: "dir"))
    var webRoot: String?

    @Option(help: .option(.eventLoops, "Event loops, each with threads of the relay beside it.", valueName: "n"))
    var eventLoops: Int?

    @Option(
        help: .option(
            .drainSeconds,
            "How long calls may go on after the server was asked to stop, while clients go elsewhere. A second signal"
                + " ends it at once.",
            valueName: "seconds"
        )
    )
    var drainSeconds: Int?

    @Option(help: .option(.logLevel, "trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(
        help: .option(.logFormat, "text for people, json for programs: one object on a line.", valueName: "text|json")
    )
    var logFormat: String?

    @Option(help: .option(.allowedOrigin, "Another origin whose pages may use /ws. Repeatable.", valueName: "origin"))
    var allowedOrigin: [String] = []

    @Option(help: .option(.maxParticipantsPerRoom, "How many may be in one room.", valueName: "n"))
    var maxParticipantsPerRoom: Int?

    @Option(
        help: .option(
            .credentialLifetime,
            "How long credentials are good that signaling issues.",
            valueName: "seconds"
        )
    )
    var credentialLifetime: Int?

    @Option(
        help: .option(
            .metricsTokenFile,
            "Answer /metrics to who has the token in this file, of at least 16 characters.",
            valueName: "file"
        )
    )
    var metricsTokenFile: String?

    @Option(
        help: .option(
            .metricsSocket,
            "Answer /metrics on a Unix socket, for its user and group.",
            valueName: "path"
        )
    )
    var metricsSocket: String?

    @OptionGroup(title: "Administration") var admin: AdminOptionGroup
    @OptionGroup(title: "Edge") var edge: EdgeOptionGroup
    @OptionGroup(title: "Certificate") var acme: ACMEOptionGroup
    @OptionGroup(title: "Relay") var relay: RelayOptionGroup
    @OptionGroup(title: "Limits") var limits: LimitOptionGroup
}

extension ServeOptions {
    /// The values that were given, in the form of the other layers.
    var values: [AbsoluteConfigKey: ConfigValue] {
        var values = GivenOptions()
        values.add(texts: [
            (.callHost, callHost), (.turnHost, turnHost), (.realm, realm), (.authSecretFile, authSecretFile),
            (.userFile, userFile), (.userDatabase, userDatabase), (.oauthKeyFile, oauthKeyFile),
            (.oauthServerName, oauthServerName), (.iceTransportPolicy, iceTransportPolicy), (.webRoot, webRoot),
            (.logLevel, logLevel), (.logFormat, logFormat), (.metricsTokenFile, metricsTokenFile),
            (.metricsSocket, metricsSocket),
        ])
        values.add(lists: [
            (.listen, listen), (.proxyProtocolFrom, proxyProtocolFrom), (.natDiscovery, natDiscovery),
            (.certificate, certificate),
            (.privateKey, privateKey), (.authSecret, authSecret), (.user, user), (.allowedOrigin, allowedOrigin),
        ])
        values.add(numbers: [
            (.eventLoops, eventLoops), (.drainSeconds, drainSeconds), (.maxParticipantsPerRoom, maxParticipantsPerRoom),
            (.credentialLifetime, credentialLifetime),
        ])
        values.add(flags: [(.dev, dev), (.plainTurn, plainTurn)])
        admin.add(to: &values)
        edge.add(to: &values)
        acme.add(to: &values)
        relay.add(to: &values)
        limits.add(to: &values)
        return values.content
    }
}

/// What was given on the command line: an option that was not leaves no trace.
struct GivenOptions {
    private(set) var content: [AbsoluteConfigKey: ConfigValue] = [:]

    mutating func add(texts: [(ConfigurationKey, String?)]) {
        for case (let key, let text?) in texts { set(key, .string(text)) }
    }

    mutating func add(lists: [(ConfigurationKey, [String])]) {
        for (key, list) in lists where !list.isEmpty { set(key, .stringArray(list)) }
    }

    mutating func add(numbers: [(ConfigurationKey, Int?)]) {
        for case (let key, let number?) in numbers { set(key, .int(number)) }
    }

    mutating func add(flags: [(ConfigurationKey, Bool)]) {
        for (key, isGiven) in flags where isGiven { set(key, .bool(true)) }
    }

    private mutating func set(_ key: ConfigurationKey, _ value: ConfigContent) {
        content[AbsoluteConfigKey(key.configKey)] = ConfigValue(value, isSecret: key.isSecret)
    }
}
