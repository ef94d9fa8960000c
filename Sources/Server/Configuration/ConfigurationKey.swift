// SPDX-License-Identifier: Apache-2.0

import Configuration

/// The options of `serve` by their names in YAML. On the command line they have `--` before them; in the environment
/// they are upper case with `SWIFTTURN_` before them and `_` for `-`, and lists are separated by commas.
enum ConfigurationKey: String, CaseIterable {
    case dev
    case listen
    case proxyProtocolFrom = "proxy-protocol-from"
    case natDiscovery = "nat-discovery"
    case plainTurn = "plain-turn"
    case callHost = "call-host"
    case turnHost = "turn-host"
    case certificate
    case privateKey = "private-key"
    case domain
    case turnDomain = "turn-domain"
    case acmeEmail = "acme-email"
    case acmeDirectory = "acme-directory"
    case acmeFallbackDirectory = "acme-fallback-directory"
    case acmeEabFile = "acme-eab-file"
    case acmeState = "acme-state"
    case acmeCaFile = "acme-ca-file"
    case realm
    case authSecret = "auth-secret"
    case authSecretFile = "auth-secret-file"
    case user
    case userFile = "user-file"
    case userDatabase = "user-database"
    case oauthKeyFile = "oauth-key-file"
    case oauthServerName = "oauth-server-name"
    case iceTransportPolicy = "ice-transport-policy"
    case webRoot = "web-root"
    case eventLoops = "event-loops"
    case drainSeconds = "drain-seconds"
    case logLevel = "log-level"
    case logFormat = "log-format"
    case allowedOrigin = "allowed-origin"
    case maxParticipantsPerRoom = "max-participants-per-room"
    case credentialLifetime = "credential-lifetime"
    case metricsTokenFile = "metrics-token-file"
    case metricsSocket = "metrics-socket"

    case adminSocket = "admin-socket"
    case adminTokenFile = "admin-token-file"

    case redirectHttp = "redirect-http"
    case serveUnknownNames = "serve-unknown-names"
    case joinsPerSecondPerAddress = "joins-per-second-per-address"

    case relay
    case relayAddress = "relay-address"
    case relayPorts = "relay-ports"
    case allowPeer = "allow-peer"
    case denyPeer = "deny-peer"
    case alternateServer = "alternate-server"
    case alternateServerThreshold = "alternate-server-threshold"
    case mobility
    case tcpRelay = "tcp-relay"

    case allocationsPerUser = "allocations-per-user"
    case allocationsInTotal = "allocations-in-total"
    case permissionsPerAllocation = "permissions-per-allocation"
    case channelsPerAllocation = "channels-per-allocation"
    case connectionsPerAllocation = "connections-per-allocation"
    case maximumLifetime = "maximum-lifetime"
    case bytesPerSecondPerAllocation = "bytes-per-second-per-allocation"
    case bytesPerSecondPerUser = "bytes-per-second-per-user"
    case bytesPerSecondInTotal = "bytes-per-second-in-total"
    case challengesPerSecondPerAddress = "challenges-per-second-per-address"
    case websocketsInTotal = "websockets-in-total"
    case websocketsPerAddress = "websockets-per-address"
    case messagesPerSecondPerWebsocket = "messages-per-second-per-websocket"

    enum Kind {
        case text
        case list
        case number
        case flag
    }

    var kind: Kind {
        switch self {
        case .dev, .plainTurn, .serveUnknownNames, .mobility, .tcpRelay:
            .flag
        case .listen, .proxyProtocolFrom, .natDiscovery, .certificate, .privateKey, .authSecret, .user, .allowedOrigin,
            .redirectHttp, .relayAddress,
            .allowPeer, .denyPeer, .alternateServer:
            .list
        case .eventLoops, .drainSeconds, .maxParticipantsPerRoom, .credentialLifetime, .joinsPerSecondPerAddress,
            .alternateServerThreshold, .allocationsPerUser, .allocationsInTotal, .permissionsPerAllocation,
            .channelsPerAllocation, .connectionsPerAllocation,
            .maximumLifetime,
            .bytesPerSecondPerAllocation, .bytesPerSecondPerUser, .bytesPerSecondInTotal,
            .challengesPerSecondPerAddress, .websocketsInTotal, .websocketsPerAddress, .messagesPerSecondPerWebsocket:
            .number
        case .callHost, .turnHost, .realm, .authSecretFile, .userFile, .userDatabase, .oauthKeyFile, .oauthServerName,
            .iceTransportPolicy, .webRoot, .logLevel, .logFormat, .metricsTokenFile, .metricsSocket,
            .adminSocket, .adminTokenFile, .domain, .turnDomain, .acmeEmail, .acmeDirectory, .acmeFallbackDirectory,
            .acmeEabFile, .acmeState,
            .acmeCaFile, .relay, .relayPorts:
            .text
        }
    }

    var configKey: ConfigKey { ConfigKey([rawValue]) }

    var environmentName: String {
        "SWIFTTURN_" + rawValue.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// Whether each realm has its own.
    var isOfRealm: Bool {
        switch self {
        case .authSecret, .authSecretFile, .user, .userFile, .userDatabase, .oauthKeyFile, .oauthServerName, .allowPeer,
            .denyPeer, .allocationsPerUser, .allocationsInTotal, .bytesPerSecondPerAllocation, .bytesPerSecondPerUser,
            .bytesPerSecondInTotal:
            true
        default: false
        }
    }

    /// Secrets never reach a log.
    var isSecret: Bool { self == .authSecret || self == .user }
}
