// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay

/// The address of a UDP listener and the second one that NAT behavior discovery (RFC 5780) needs beside it: another IP
/// address of the same family and another port.
struct DiscoveryPair: Sendable, Equatable {
    let first: TransportAddress
    let second: TransportAddress

    /// Each address with each port.
    var sockets: [TransportAddress] {
        [first.address, second.address].flatMap { address in
            [first.port, second.port].map { TransportAddress(address, port: $0) }
        }
    }

    /// What a socket of the four is to clients; nil for one that is none of them.
    ///
    /// - Parameter external: what clients know an IP address of this machine as.
    func vantage(of socket: TransportAddress, external: (IPAddress) -> IPAddress) -> DiscoveryVantage? {
        guard sockets.contains(socket) else { return nil }
        let other = TransportAddress(
            external(socket.address == first.address ? second.address : first.address),
            port: socket.port == first.port ? second.port : first.port
        )
        return DiscoveryVantage(origin: TransportAddress(external(socket.address), port: socket.port), other: other)
    }
}

extension DiscoveryPair {
    /// Reads `nat-discovery`: second addresses, each for the first UDP listener of its family.
    static func pairs(
        _ loader: ConfigurationLoader,
        listeners: [ListenAddress]
    ) throws(StartupError) -> [DiscoveryPair] {
        var pairs: [DiscoveryPair] = []
        for text in loader.list(.natDiscovery) {
            guard let second = TransportAddress(text[...]), second.port > 0, !second.address.isUnspecified else {
                throw .configuration(
                    .natDiscovery,
                    "'\(text)' is not ADDR:PORT, an address of this machine (IPv6 addresses in brackets)"
                )
            }
            let family = second.address.family
            guard let first = listeners.first(where: { $0.transport == .udp && $0.address.address.family == family })
            else { throw .configuration(.natDiscovery, "'\(text)' needs a udp: listener of the same family") }
            guard !pairs.contains(where: { $0.first == first.address }) else {
                throw .configuration(.natDiscovery, "'\(text)': there is another one of the same family")
            }
            pairs.append(try DiscoveryPair(first.address, second))
        }
        return pairs
    }

    private init(_ first: TransportAddress, _ second: TransportAddress) throws(StartupError) {
        guard !first.address.isUnspecified, first.port > 0 else {
            throw .configuration(
                .natDiscovery,
                "'\(second)' needs 'udp:\(first)' to name one address and port of this machine"
            )
        }
        guard first.address != second.address, first.port != second.port else {
            throw .configuration(.natDiscovery, "'\(second)' must differ from 'udp:\(first)' in address and in port")
        }
        self.init(first: first, second: second)
    }
}
