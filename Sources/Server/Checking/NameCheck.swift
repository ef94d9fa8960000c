// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay

/// Whether the names that clients use lead to this host.
struct NameCheck {
    private let names: HostNames
    private let resolve: (String) -> [IPAddress]
    private let own: [IPAddress]

    /// - Parameters:
    ///   - own: the addresses of this host, also those that a NAT shows for it.
    ///   - resolve: the addresses of a name.
    init(names: HostNames, own: [IPAddress], resolve: @escaping (String) -> [IPAddress]) {
        self.names = names
        self.own = own
        self.resolve = resolve
    }

    init(names: HostNames, relay: RelayOptions) {
        self.init(
            names: names,
            own: ((try? HostAddresses.current()) ?? []) + relay.addresses.compactMap(\.external),
            resolve: { name in HostResolver.addresses(of: name, port: 443).compactMap { TransportAddress($0)?.address }
            }
        )
    }

    func findings(_ configuration: ServerConfiguration) -> [Finding] {
        var names = [("call host", self.names.call), ("TURN host", self.names.turn)]
        for realm in configuration.realms { names += realm.hosts.map { ("host of realm '\(realm.name ?? "")'", $0) } }
        return names.map { finding($0.0, $0.1) }
    }

    private func finding(_ role: String, _ name: String) -> Finding {
        let addresses = resolve(name)
        let text = "\(role) \(name)"
        guard !addresses.isEmpty else {
            return Finding(level: .warn, subject: "name", text: "\(text) does not resolve here")
        }
        let list = Set(addresses.map(\.description)).sorted().joined(separator: ", ")
        guard addresses.contains(where: { own.contains($0) }) else {
            return Finding(
                level: .warn,
                subject: "name",
                text: "\(text) is \(list), which is not this host: right only behind NAT or a load balancer"
            )
        }
        return Finding(level: .ok, subject: "name", text: "\(text) is \(list)")
    }
}
