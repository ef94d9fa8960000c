// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What clients call this server.
struct HostNames: Equatable {
    /// The host of the app and signaling.
    let call: String
    let turn: String
}

extension ServerConfiguration {
    /// The configured names; where there are none, the first name that the certificate is good for.
    func hostNames(certificateNames: [String]) throws(StartupError) -> HostNames {
        let fallback =
            isDevelopment
            ? DevelopmentAuthority.hostName
            : certificateNames.first { !$0.hasPrefix("*.") }
        guard let call = callHost ?? fallback ?? turnHost else {
            throw .configuration(
                "no certificate has a host name: give --call-host, or --turn-host where there is no web"
            )
        }
        return HostNames(call: call, turn: turnHost ?? call)
    }

    /// The port that clients find a role at by TLS: that of the first listener with it.
    func port(for role: ListenAddress.Roles) -> Int? {
        guard !listen.isEmpty else { return 443 }
        return listen.first { $0.rolesInsideTLS.isSuperset(of: role) }.map { Int($0.address.port) }
    }

    /// What to open to try the server: the app, or TURN where there is no app (RFC 7065).
    func readyURL(_ names: HostNames) -> String {
        if let url = appURL(host: names.call) { return url }
        if let port = port(for: .turn) { return ICEServers.url(host: names.turn, port: port) }
        let first = listen.first
        let transport = first?.transport == .udp ? "udp" : "tcp"
        return "turn:\(names.turn):\(first?.address.port ?? 0)?transport=\(transport)"
    }

    func appURL(host: String) -> String? {
        port(for: .web).map { $0 == 443 ? "https://\(host)/" : "https://\(host):\($0)/" }
    }
}
