// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Where to listen and what for: `ADDR:PORT`, `ADDR:PORT/web` or `ADDR:PORT/turn` for everything on one port, or TURN alone
/// on one transport: `udp:ADDR:PORT`, `tcp:ADDR:PORT`, `tls:ADDR:PORT`.
struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    enum Transport: String, Sendable {
        /// TCP, and what the first bytes say.
        case multiplexed = ""
        case udp
        case tcp
        case tls
    }

    /// What connections of a listener may become.
    struct Roles: OptionSet, Sendable {
        let rawValue: UInt8

        /// The app and signaling.
        static let web = Roles(rawValue: 1)
        static let turn = Roles(rawValue: 2)
        static let all: Roles = [.web, .turn]
    }

    let transport: Transport
    let address: TransportAddress
    let roles: Roles

    init(_ address: TransportAddress, transport: Transport = .multiplexed, roles: Roles = .all) {
        self.transport = transport
        self.address = address
        self.roles = roles
    }

    init(_ text: String) throws(StartupError) {
        let problem = StartupError.configuration(
            .listen,
            "'\(text)' is not ADDR:PORT, ADDR:PORT/web, ADDR:PORT/turn, udp:ADDR:PORT, tcp:ADDR:PORT or"
                + " tls:ADDR:PORT (IPv6 addresses in brackets)"
        )
        let (transport, rest) = Self.transport(of: text)
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let roles = Self.roles(parts.count > 1 ? parts[1] : nil, transport),
            let address = TransportAddress(parts[0])
        else { throw problem }
        self.init(address, transport: transport, roles: roles)
    }

    private static func transport(of text: String) -> (Transport, rest: Substring) {
        for transport in [Transport.udp, .tcp, .tls] where text.hasPrefix("\(transport.rawValue):") {
            return (transport, text.dropFirst(transport.rawValue.count + 1))
        }
        return (.multiplexed, text[...])
    }

    private static func roles(_ text: Substring?, _ transport: Transport) -> Roles? {
        guard transport == .multiplexed else { return text == nil ? .turn : nil }
        return switch text {
        case nil: .all
        case "web": .web
        case "turn": .turn
        default: nil
        }
    }

    var description: String {
        transport == .multiplexed ? "\(address)" : "\(transport.rawValue):\(address)"
    }
}

extension ListenAddress {
    /// Port 443 of all addresses.
    static let everywhere = ListenAddress(TransportAddress(IPAddress(ipv6High: 0, low: 0), port: 443))

    /// What clients may do inside TLS; nothing where there is no TLS.
    var rolesInsideTLS: Roles {
        switch transport {
        case .multiplexed, .tls: roles
        case .tcp, .udp: []
        }
    }

    /// What clients may do without TLS. For the web that is to be redirected to https.
    ///
    /// - Parameter servesPlainTURN: whether multiplexed ports take TURN without TLS.
    func plainRoles(servesPlainTURN: Bool) -> Roles {
        switch transport {
        case .multiplexed: servesPlainTURN ? roles : roles.subtracting(.turn)
        case .tcp, .udp: roles
        case .tls: []
        }
    }

    /// What this listener serves, in words.
    func services(servesPlainTURN: Bool) -> [String] {
        var services: [String] = []
        if rolesInsideTLS.contains(.web) { services.append("web") }
        if rolesInsideTLS.contains(.turn) { services.append("TURN over TLS") }
        if plainRoles(servesPlainTURN: servesPlainTURN).contains(.turn) {
            services.append(transport == .udp ? "TURN over UDP" : "TURN over TCP")
        }
        return services
    }
}
