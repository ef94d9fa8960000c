// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import Logging
import NIOCore
import SignalHub
import TURNCredentials
import TURNRelay

extension ConfigurationKey {
    /// What holds where an option is not given.
    enum Default {
        case value(ConfigContent)
        /// That depends on other options or on the machine, in words.
        case described(String)
    }

    /// Nil where the option then does nothing.
    var defaultValue: Default? {
        switch self {
        case .dev, .plainTurn, .serveUnknownNames, .mobility, .tcpRelay: .value(.bool(false))
        case .listen: .described("[::]:443")
        case .callHost: .described("the first name in the certificate")
        case .turnHost: .described("the call host")
        case .realm: .described("the TURN host")
        case .authSecret: .described("a random one")
        case .oauthServerName: .described("the realm")
        case .webRoot: .described("found beside the program")
        case .eventLoops: .described("one for each core")
        case .relay: .value(.string(RelayOptions().mode.rawValue))
        case .relayAddress: .described("192.0.0.8")
        case .relayPorts: .described("\(RelayOptions().ports.lowerBound)-\(RelayOptions().ports.upperBound)")
        case .iceTransportPolicy: .value(.string(ServerConfiguration().iceTransportPolicy.rawValue))
        case .logLevel: .value(.string(ServerConfiguration().logLevel.rawValue))
        case .drainSeconds: .value(.int(ServerConfiguration().drainSeconds))
        case .logFormat: .value(.string(ServerConfiguration().logFormat.rawValue))
        case .maxParticipantsPerRoom: .value(.int(ServerConfiguration().signaling.roomSize))
        case .joinsPerSecondPerAddress: .value(.int(ServerConfiguration().edge.joinsPerSecondPerAddress))
        case .credentialLifetime: .value(.int(ServerConfiguration().credentialLifetime))
        default: defaultLimit.map { .value(.int($0)) }
        }
    }

    private var defaultLimit: Int? {
        let relay = RelayConfiguration()
        let signaling = SignalLimits()
        let realm = RealmConfiguration(users: UserDirectory([], realm: ""), secrets: [])
        return switch self {
        case .allocationsPerUser: realm.allocationsPerUser
        case .allocationsInTotal: realm.allocationsInTotal
        case .permissionsPerAllocation: relay.permissionsPerAllocation
        case .channelsPerAllocation: relay.channelsPerAllocation
        case .connectionsPerAllocation: relay.connectionsPerAllocation
        case .maximumLifetime: Int(relay.maximumLifetime.nanoseconds / 1_000_000_000)
        case .challengesPerSecondPerAddress: relay.strangersPerSecondPerAddress
        case .websocketsInTotal: signaling.connections
        case .websocketsPerAddress: signaling.connectionsPerAddress
        case .messagesPerSecondPerWebsocket: signaling.messagesPerSecond
        case .bytesPerSecondPerAllocation, .bytesPerSecondPerUser, .bytesPerSecondInTotal: 0
        default: nil
        }
    }

    /// The default for people; nil where it goes without saying.
    var defaultText: String? {
        switch defaultValue {
        case .value(.bool), nil: nil
        case .value(let content): content.text
        case .described(let words): words
        }
    }
}

extension ConfigContent {
    /// A value in one text.
    var text: String {
        switch self {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .stringArray(let texts): texts.joined(separator: ", ")
        default: ""
        }
    }
}

extension ArgumentHelp {
    /// Of the flag for an option, with its default.
    static func option(_ key: ConfigurationKey, _ abstract: String, valueName: String? = nil) -> ArgumentHelp {
        let end = key.defaultText.map { " (default: \($0))" } ?? ""
        return ArgumentHelp("\(abstract)\(end)", valueName: valueName)
    }
}
