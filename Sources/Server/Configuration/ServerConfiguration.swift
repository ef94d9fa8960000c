// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import STUNCodec
import SignalHub
import TURNRelay

/// Everything that `serve` was told, checked.
struct ServerConfiguration: Sendable {
    /// The files of an identity; `nil` stands for the local authority of `--dev`.
    struct IdentityFiles: Equatable, Sendable {
        let certificate: String
        let privateKey: String
    }

    enum ICETransportPolicy: String, Sendable {
        case relay
        case all
    }

    var isDevelopment = false
    /// Empty stands for port 443 of all addresses.
    var listen: [ListenAddress] = []
    /// Connections from these begin with a PROXY header.
    var proxies: [IPNetwork] = []
    /// At most one for each family.
    var discoveryPairs: [DiscoveryPair] = []
    var callHost: String?
    var turnHost: String?
    var identityFiles: [IdentityFiles] = []
    /// Nil where certificates are given by hand.
    var acme: ACMEOptions?
    /// Its secrets are never empty: the first one issues.
    var defaultRealm = RealmOptions()
    var realms: [RealmOptions] = []
    var relay = RelayOptions()
    var iceTransportPolicy = ICETransportPolicy.relay
    var webRoot: String?
    var eventLoops = ProcessInfo.processInfo.activeProcessorCount
    /// How long media may go on after the server was asked to stop.
    var drainSeconds = 10
    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text
    var allowedOrigins: [String] = []
    var signaling = SignalLimits()
    /// Seconds.
    var credentialLifetime = 3600
    var servesPlainTURN = false
    var edge = EdgeOptions()
    var metrics = AccessOptions()
    var admin = AccessOptions()
    var origins: ValueOrigins = [:]
}

extension ServerConfiguration {
    /// - Parameter randomSecret: for servers whose only issuer is their own signaling.
    init(_ loader: ConfigurationLoader, randomSecret: () -> String) throws(StartupError) {
        do throws(StartupError) {
            try self.init(reading: loader, randomSecret: randomSecret)
        } catch {
            throw error.located(by: loader.origins)
        }
    }

    private init(reading loader: ConfigurationLoader, randomSecret: () -> String) throws(StartupError) {
        origins = loader.origins
        isDevelopment = try loader.flag(.dev)
        for text in loader.list(.listen) { listen.append(try ListenAddress(text)) }
        if listen.isEmpty, isDevelopment {
            listen = [ListenAddress(TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 8443))]
        }
        proxies = try loader.networks(.proxyProtocolFrom)
        discoveryPairs = try DiscoveryPair.pairs(loader, listeners: listen)
        callHost = try Self.hostName(loader, .callHost)
        turnHost = try Self.hostName(loader, .turnHost)
        identityFiles = try Self.identityFiles(loader)
        try readACME(loader)
        guard isDevelopment || acme != nil || !identityFiles.isEmpty || !servesTLS else {
            throw .configuration(
                "--domain is required, or --certificate and --private-key (or --dev, to try it on this machine)"
            )
        }
        relay = try RelayOptions(loader)
        try readRealms(loader, randomSecret: randomSecret)
        try readICETransportPolicy(loader)
        try readLimits(loader)
        webRoot = loader.text(.webRoot)
        allowedOrigins = loader.list(.allowedOrigin)
        servesPlainTURN = try loader.flag(.plainTurn)
        edge = try EdgeOptions(loader, servesWeb: servesWeb)
        metrics = try AccessOptions(loader, .metrics, servesWeb: servesWeb)
        admin = try AccessOptions(loader, .admin, servesWeb: servesWeb)
        if let socket = admin.socket, socket == metrics.socket {
            throw .configuration(.adminSocket, "'\(socket)' is the metrics-socket, too: they need a path each")
        }
    }

    private mutating func readACME(_ loader: ConfigurationLoader) throws(StartupError) {
        acme = try ACMEOptions.read(loader)
        guard let acme else { return }
        guard servesTLS else { throw .configuration("domain is for listeners that do TLS, and none does") }
        callHost = acme.domain
        turnHost = acme.turnDomain
    }

    private mutating func readRealms(
        _ loader: ConfigurationLoader,
        randomSecret: () -> String
    ) throws(StartupError) {
        defaultRealm = try RealmOptions(loader, of: relay.mode)
        defaultRealm.name = loader.text(.realm)
        realms = try RealmOptions.list(loader, beside: defaultRealm, of: relay.mode)
        if defaultRealm.authSecrets.isEmpty { defaultRealm.authSecrets = [randomSecret()] }
    }

    private mutating func readICETransportPolicy(_ loader: ConfigurationLoader) throws(StartupError) {
        guard let text = loader.text(.iceTransportPolicy) else { return }
        guard let policy = ICETransportPolicy(rawValue: text) else {
            throw .configuration(.iceTransportPolicy, "'\(text)' is neither 'relay' nor 'all'")
        }
        iceTransportPolicy = policy
    }

    private mutating func readLimits(_ loader: ConfigurationLoader) throws(StartupError) {
        eventLoops = try loader.number(.eventLoops, in: 1...256) ?? eventLoops
        drainSeconds = try loader.number(.drainSeconds, in: 0...3600) ?? drainSeconds
        try readSignalLimits(loader)
        credentialLifetime = try loader.number(.credentialLifetime, in: 60...604_800) ?? credentialLifetime
        if let text = loader.text(.logFormat) {
            guard let format = LogFormat(rawValue: text) else {
                throw .configuration(.logFormat, "'\(text)' is neither 'text' nor 'json'")
            }
            logFormat = format
        }
        if let text = loader.text(.logLevel) {
            guard let level = Logger.Level(rawValue: text) else {
                throw .configuration(
                    .logLevel,
                    "'\(text)' is not trace, debug, info, notice, warning, error or critical"
                )
            }
            logLevel = level
        }
    }

    private mutating func readSignalLimits(_ loader: ConfigurationLoader) throws(StartupError) {
        signaling.roomSize = try loader.number(.maxParticipantsPerRoom, in: 2...100) ?? signaling.roomSize
        signaling.connections = try loader.number(.websocketsInTotal, in: 1...1_000_000) ?? signaling.connections
        signaling.connectionsPerAddress =
            try loader.number(.websocketsPerAddress, in: 1...1_000_000) ?? signaling.connectionsPerAddress
        if let rate = try loader.number(.messagesPerSecondPerWebsocket, in: 10...1_000_000) {
            signaling.setMessageRate(rate)
        }
    }

    /// Whether any listener does TLS, and a certificate is needed.
    private var servesTLS: Bool {
        listen.isEmpty || listen.contains { !$0.rolesInsideTLS.isEmpty }
    }

    private var servesWeb: Bool {
        listen.isEmpty || listen.contains { $0.rolesInsideTLS.contains(.web) }
    }

    // MARK: Single options

    private static func hostName(
        _ loader: ConfigurationLoader,
        _ key: ConfigurationKey
    ) throws(StartupError) -> String? {
        guard let name = loader.text(key) else { return nil }
        guard name.isHostName else { throw .configuration(key, "'\(name)' is not a host name") }
        return name
    }

    private static func identityFiles(_ loader: ConfigurationLoader) throws(StartupError) -> [IdentityFiles] {
        let (certificates, keys) = (loader.list(.certificate), loader.list(.privateKey))
        guard certificates.count == keys.count else {
            throw .configuration(
                .certificate,
                "and private-key go in pairs: there are \(certificates.count) and \(keys.count)"
            )
        }
        return zip(certificates, keys).map(IdentityFiles.init)
    }
}

extension String {
    /// Whether it may stand as a host in a URL.
    var isHostName: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return byte < 0x80 && (character.isLetter || character.isNumber || character == "-" || character == ".")
            }
    }
}
