// SPDX-License-Identifier: Apache-2.0

import Configuration

/// The options of `serve` by their names in YAML. On the command line they have `--` before them; in the environment
/// they are upper case with `SWIFTTURN_` before them and `_` for `-`, and lists are separated by commas.
enum ConfigurationKey: String, CaseIterable {
    case dev
    case listen
    case callHost = "call-host"
    case turnHost = "turn-host"
    case certificate
    case privateKey = "private-key"
    case realm
    case authSecret = "auth-secret"
    case authSecretFile = "auth-secret-file"
    case user
    case userFile = "user-file"
    case userDatabase = "user-database"
    case relay
    case relayAddress = "relay-address"
    case iceTransportPolicy = "ice-transport-policy"
    case webRoot = "web-root"
    case eventLoops = "event-loops"
    case logLevel = "log-level"
    case allowedOrigin = "allowed-origin"
    case maxParticipantsPerRoom = "max-participants-per-room"
    case credentialLifetime = "credential-lifetime"
    case plainTurn = "plain-turn"

    var configKey: ConfigKey { ConfigKey([rawValue]) }

    var environmentName: String {
        "SWIFTTURN_" + rawValue.uppercased().split(separator: "-").joined(separator: "_")
    }

    /// Secrets never reach a log.
    var isSecret: Bool { self == .authSecret || self == .user }
}
