// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// The ALTERNATE-SERVER mechanism (RFC 8489, section 10), for new allocations. The client has proved who it is by then,
/// and the response has its MAC: nobody else can send clients away.
extension Relay {
    func sendElsewhere(_ request: Request) throws(RequestError) {
        // What a RESERVATION-TOKEN stands for is here and nowhere else.
        guard isDraining || isAboveThreshold && !request.has(.reservationToken) else { return }
        if let alternate = nextAlternate(for: request.client) { throw .tryAlternate(alternate) }
        if isDraining { throw .insufficientCapacity }
    }

    private var isAboveThreshold: Bool {
        configuration.alternateServerThreshold.map { directory.count >= $0 } ?? false
    }

    /// > The IP address family MUST be identical to that of the source IP address of the request.
    /// RFC 8489, section 14.15. Nil when there is none of the client's family.
    private func nextAlternate(for client: Client) -> TransportAddress? {
        let servers = configuration.alternateServers.filter { $0.address.family == client.address.address.family }
        guard !servers.isEmpty else { return nil }
        defer { redirectionCount &+= 1 }
        return servers[Int(UInt(bitPattern: redirectionCount) % UInt(servers.count))]
    }
}
