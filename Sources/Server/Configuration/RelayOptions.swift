// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay

/// What `serve` was told about relaying, checked.
struct RelayOptions: Sendable, Equatable {
    enum Mode: String, Sendable {
        /// Between clients of this server alone.
        case closed
        /// To peers anywhere.
        case open
    }

    struct Address: Sendable, Equatable {
        /// What sockets toward peers are bound to. In a closed relay, what relayed addresses show.
        let local: IPAddress
        /// What clients are told instead, where NAT stands between this address and the peers.
        var external: IPAddress?
    }

    var mode = Mode.closed
    /// At least one in an open relay, at most one in a closed one.
    var addresses: [Address] = []
    /// Of relayed addresses in an open relay: the dynamic ports, as RFC 8656, section 7.2, recommends.
    var ports = RelayMode.defaultPorts
    var alternateServers: [TransportAddress] = []
    /// The number of allocations from which on new ones are sent to an alternate server; nil: when this one stops.
    var alternateServerThreshold: Int?
    /// Whether allocations may move to another 5-tuple (RFC 8016).
    var allowsMobility = false
    /// Whether there are TCP allocations (RFC 6062).
    var allowsTCPAllocations = false
    var limits = RelayLimits()
}

extension RelayOptions {
    /// What an address of this machine is known as on the other side of a NAT that maps it one to one.
    func external(_ address: IPAddress) -> IPAddress {
        addresses.first { $0.local == address }?.external ?? address
    }

    init(_ loader: ConfigurationLoader) throws(StartupError) {
        if let text = loader.text(.relay) {
            guard let mode = Mode(rawValue: text) else {
                throw .configuration(.relay, "'\(text)' is neither 'closed' nor 'open'")
            }
            self.mode = mode
        }
        for text in loader.list(.relayAddress) { addresses.append(try Address(text)) }
        if let text = loader.text(.relayPorts) { ports = try Self.ports(text) }
        for text in loader.list(.alternateServer) { alternateServers.append(try Self.server(text)) }
        alternateServerThreshold = try loader.number(.alternateServerThreshold, in: 0...10_000_000)
        allowsMobility = try loader.flag(.mobility)
        allowsTCPAllocations = try loader.flag(.tcpRelay)
        limits = try RelayLimits(loader)
        try checkAddresses()
        try checkCombinations(loader)
    }

    private func checkAddresses() throws(StartupError) {
        switch mode {
        case .closed:
            guard addresses.count <= 1 else {
                throw .configuration(.relayAddress, "is given \(addresses.count) times: a closed relay has one")
            }
            for address in addresses where address.local.family != .ipv4 || address.external != nil {
                throw .configuration(.relayAddress, "'\(address)': a closed relay shows one IPv4 address")
            }
        case .open:
            guard !addresses.isEmpty else {
                throw .configuration(
                    .relay,
                    "'open' needs --relay-address, an address of this machine that peers can reach"
                )
            }
            for (index, address) in addresses.enumerated()
            where addresses[..<index].contains(where: { $0.local == address.local }) {
                throw .configuration(.relayAddress, "'\(address.local)' is given twice")
            }
        }
    }

    /// An option that does nothing must not look as if it did.
    private func checkCombinations(_ loader: ConfigurationLoader) throws(StartupError) {
        if mode == .closed {
            if loader.text(.relayPorts) != nil { throw .onlyOpenRelay(.relayPorts) }
            if allowsTCPAllocations { throw .onlyOpenRelay(.tcpRelay) }
        }
        if alternateServerThreshold != nil, alternateServers.isEmpty {
            throw .configuration(.alternateServerThreshold, "needs --alternate-server")
        }
    }

    // MARK: Single options

    private static func ports(_ text: String) throws(StartupError) -> ClosedRange<UInt16> {
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16(digits: $0) ?? 0 }
        guard bounds.count == 2, bounds[0] > 0, bounds[0] <= bounds[1] else {
            throw .configuration(.relayPorts, "'\(text)' is not MIN-MAX, two ports between 1 and 65535")
        }
        return bounds[0]...bounds[1]
    }

    private static func server(_ text: String) throws(StartupError) -> TransportAddress {
        guard let address = TransportAddress(text[...]), address.port > 0 else {
            throw .configuration(.alternateServer, "'\(text)' is not ADDR:PORT (IPv6 addresses in brackets)")
        }
        return address
    }
}

extension RelayOptions.Address: CustomStringConvertible {
    /// Reads `IP` or `IP=EXTERNAL`.
    init(_ text: String) throws(StartupError) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map { IPAddress(String($0)) }
        guard parts.count <= 2, let local = parts[0], let shown = parts[parts.count - 1],
            shown.family == local.family, !shown.isUnspecified
        else {
            throw .configuration(.relayAddress, "'\(text)' is not IP or IP=EXTERNAL, of one family and not all zeros")
        }
        self.init(local: local, external: parts.count == 2 ? shown : nil)
    }

    var description: String { external.map { "\(local)=\($0)" } ?? "\(local)" }
}

extension ConfigurationLoader {
    /// Networks as `ADDRESS/LENGTH`, or addresses.
    func networks(_ key: ConfigurationKey) throws(StartupError) -> [IPNetwork] {
        var networks: [IPNetwork] = []
        for text in list(key) {
            do throws(IPNetworkError) {
                networks.append(try IPNetwork(text))
            } catch {
                throw .configuration(key, "\(error)")
            }
        }
        return networks
    }
}
