// SPDX-License-Identifier: Apache-2.0

/// What clients call this server.
struct HostNames: Equatable {
    /// The host of the app and signaling.
    let call: String
    let turn: String
}

extension CallServer {
    /// The configured names; where there are none, the first name that the certificate is good for.
    func hostNames(certificateNames: [String]) throws(StartupError) -> HostNames {
        let fallback =
            configuration.isDevelopment
            ? DevelopmentAuthority.hostName
            : certificateNames.first { !$0.hasPrefix("*.") }
        guard let call = configuration.callHost ?? fallback else {
            throw .configuration("the certificate has no host name: give --call-host")
        }
        return HostNames(call: call, turn: configuration.turnHost ?? call)
    }

    /// The port that clients find a role at: that of the first listener with it.
    func port(for role: ListenAddress.Roles) -> Int? {
        guard !configuration.listen.isEmpty else { return 443 }
        return configuration.listen.first { $0.roles.isSuperset(of: role) }.map { Int($0.port) }
    }

    func appURL(host: String) -> String? {
        port(for: .web).map { $0 == 443 ? "https://\(host)/" : "https://\(host):\($0)/" }
    }
}
