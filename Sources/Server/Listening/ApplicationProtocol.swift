// SPDX-License-Identifier: Apache-2.0

/// The ALPN protocols (RFC 7301) that this server knows.
///
/// None is needed: browsers' TURN clients offer none, and a client that offers only others is served without ALPN, since
/// TURN in TLS that looks like something else is what passes a restrictive firewall.
enum ApplicationProtocol: String, CaseIterable {
    /// RFC 7443.
    case turn = "stun.turn"
    /// RFC 7443.
    case natDiscovery = "stun.nat-discovery"
    /// RFC 9113, section 3.1.
    case http2 = "h2"
    case http = "http/1.1"

    /// What a listener agrees to, the preferred one first.
    static func offered(for roles: ListenAddress.Roles) -> [String] {
        allCases.filter { roles.isSuperset(of: $0.role) }.map(\.rawValue)
    }

    private var role: ListenAddress.Roles {
        switch self {
        case .turn, .natDiscovery: .turn
        case .http2, .http: .web
        }
    }

    /// What the connection may become. A client that agreed to STUN is held to it, so that nobody can make a browser's
    /// request arrive here as TURN, or the reverse. One that agreed to h2 is held to it, too: its preface must come next.
    /// One that agreed to http/1.1 may have done so to pass a firewall.
    var admittedRoles: ListenAddress.Roles {
        switch self {
        case .turn, .natDiscovery: .turn
        case .http2: .web
        case .http: .all
        }
    }
}
