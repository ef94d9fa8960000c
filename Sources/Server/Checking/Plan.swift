// SPDX-License-Identifier: Apache-2.0

/// What the server would do for whom.
struct Plan {
    let findings: [Finding]

    init(_ configuration: ServerConfiguration, _ names: HostNames) {
        findings = [
            Self.turn(configuration, names), Self.relay(configuration), Self.limits(configuration),
            Self.metrics(configuration), Self.administration(configuration),
        ].compactMap(\.self)
    }

    private static func turn(_ configuration: ServerConfiguration, _ names: HostNames) -> Finding {
        guard let port = configuration.port(for: .turn) else {
            return Finding(level: .warn, subject: "calls", text: "no listener serves TURN: calls will not connect")
        }
        let url = ICEServers.url(host: names.turn, port: port)
        let app = configuration.appURL(host: names.call) ?? "no app"
        return Finding(
            level: .ok,
            subject: "calls",
            text: "\(app), through \(url), \(configuration.iceTransportPolicy == .relay ? "relayed" : "or directly")"
        )
    }

    private static func relay(_ configuration: ServerConfiguration) -> Finding {
        let relay = configuration.relay
        guard relay.mode == .open else {
            return Finding(level: .ok, subject: "relay", text: "closed: between clients of this server")
        }
        let addresses = relay.addresses.map(\.description).joined(separator: ", ")
        return Finding(
            level: .ok,
            subject: "relay",
            text: "open: to any peer from \(addresses), ports \(relay.ports.lowerBound)-\(relay.ports.upperBound)"
        )
    }

    private static func limits(_ configuration: ServerConfiguration) -> Finding {
        let texts = limitKeys.compactMap { key -> String? in
            guard configuration.origins[key] != nil || key == .allocationsInTotal else { return nil }
            return "\(key.rawValue) \(configuration.value(of: key))"
        }
        return Finding(level: .ok, subject: "limits", text: texts.joined(separator: ", "))
    }

    private static let limitKeys: [ConfigurationKey] = [
        .allocationsInTotal, .allocationsPerUser, .bytesPerSecondPerAllocation, .bytesPerSecondPerUser,
        .bytesPerSecondInTotal,
    ]

    private static func metrics(_ configuration: ServerConfiguration) -> Finding? {
        ways(configuration.metrics, to: "/metrics").map { Finding(level: .ok, subject: "metrics", text: $0) }
    }

    private static func administration(_ configuration: ServerConfiguration) -> Finding? {
        ways(configuration.admin, to: "/admin").map { Finding(level: .ok, subject: "administration", text: $0) }
    }

    /// Nil where there is none.
    private static func ways(_ access: AccessOptions, to path: String) -> String? {
        let ways = [
            access.token.map { _ in "\(path) with a token" }, access.socket.map { "the Unix socket '\($0)'" },
        ].compactMap(\.self)
        return ways.isEmpty ? nil : ways.joined(separator: ", ")
    }
}

extension ServerConfiguration {
    fileprivate func value(of limit: ConfigurationKey) -> String {
        let limits = defaultRealm.limits
        let given =
            switch limit {
            case .allocationsInTotal: limits.allocationsInTotal
            case .allocationsPerUser: limits.allocationsPerUser
            case .bytesPerSecondPerAllocation: limits.bytesPerSecondPerAllocation
            case .bytesPerSecondPerUser: limits.bytesPerSecondPerUser
            case .bytesPerSecondInTotal: limits.bytesPerSecondInTotal
            default: Int?.none
            }
        return given.map(String.init) ?? limit.defaultText ?? ""
    }
}
