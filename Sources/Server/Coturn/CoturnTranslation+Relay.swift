// SPDX-License-Identifier: Apache-2.0

import STUNCodec

extension CoturnTranslation {
    mutating func translateRelay() {
        yaml.set("relay", "open")
        translateRelayAddresses()
        let first = number("min-port", in: 1...65_535) ?? 49_152
        let last = number("max-port", in: 1...65_535) ?? 65_535
        if first <= last {
            yaml.set("relay-ports", "\(first)-\(last)")
        } else {
            note(self.last("min-port") ?? self.last("max-port"), "not translated: min-port is above max-port")
        }
        translateAlternateServers()
        if isOn("mobility") { yaml.set("mobility", true) }
        // On unless it is turned off.
        if !isOn("no-tcp-relay") { yaml.set("tcp-relay", true) }
        if let threads = number("relay-threads", in: 0...256) ?? number("cpus", in: 1...256), threads > 0 {
            yaml.set("event-loops", threads)
        }
    }

    /// As coturn has it: relay-ip, else the private sides of external-ip, else listening-ip.
    private mutating func translateRelayAddresses() {
        let mappings = externalAddresses()
        var locals = ipAddresses("relay-ip")
        if locals.isEmpty { locals = mappings.compactMap(\.local) }
        if locals.isEmpty { locals = all("listening-ip").compactMap { IPAddress($0.value) } }
        let addresses = locals.map { local in
            // A mapping without a private side is for every address of its family.
            let mapping =
                mappings.first { $0.local == local }
                ?? mappings.first { $0.local == nil && $0.external.family == local.family }
            return mapping.map { "\(local)=\($0.external)" } ?? "\(local)"
        }
        guard addresses.isEmpty else { return yaml.set("relay-address", addresses) }
        yaml.comment("relay-address is required: the address of this machine that peers can reach,")
        yaml.comment("or LOCAL=EXTERNAL behind NAT. coturn took the addresses of all interfaces.")
        yaml.comment("relay-address: \(mappings.first.map { "LOCAL=\($0.external)" } ?? "192.0.2.1")")
        note(nil, "relay-address has to be added: turnserver.conf names no relay-ip")
    }

    /// `EXTERNAL` or `EXTERNAL/LOCAL`.
    private mutating func externalAddresses() -> [(external: IPAddress, local: IPAddress?)] {
        all("external-ip").compactMap { option in
            let parts = option.value.split(separator: "/", omittingEmptySubsequences: false)
            let addresses = parts.compactMap { IPAddress(String($0)) }
            guard (1...2).contains(parts.count), addresses.count == parts.count,
                addresses.allSatisfy({ $0.family == addresses[0].family })
            else {
                note(option, "not translated: not EXTERNAL or EXTERNAL/LOCAL, IP addresses of one family")
                return nil
            }
            return (addresses[0], addresses.count == 2 ? addresses[1] : nil)
        }
    }

    private mutating func translateAlternateServers() {
        let servers: [String] = all("alternate-server").compactMap { option in
            let server = TransportAddress(coturn: option.value, defaultPort: 3478)
            if server == nil { note(option, "not translated: not ADDRESS or ADDRESS:PORT") }
            return server?.description
        }
        guard !servers.isEmpty else { return }
        yaml.set("alternate-server", servers)
        // coturn sends every new client there.
        yaml.set("alternate-server-threshold", 0)
    }
}
