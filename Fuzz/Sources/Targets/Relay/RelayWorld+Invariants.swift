// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

@testable import TURNRelay

extension RelayWorld {
    /// What is true of the relays whatever has happened.
    func checkInvariants() {
        for loop in relays.indices {
            let known = clients.count { $0.loop == loop && $0.id != nil }
            let detached = detachedClients(of: loop).count
            let count = relays[loop].clientCount
            require(count == known + detached, "\(count) clients where \(known) and \(detached) are")
        }
        let allocations = allocations
        require(quotaInUse == allocations.count, "quotas count \(quotaInUse) of \(allocations.count) allocations")
        checkAddresses(of: allocations)
        checkMobility()
        let connectionCount = allocations.map(\.connections.count).reduce(0, +)
        require(connections.count == connectionCount, "\(connections.count) of \(connectionCount) connections")
        for client in clients { check(client) }
    }

    private func checkAddresses(of allocations: [Allocation]) {
        let endpoints = allocations.flatMap(\.endpoints)
        require(Set(endpoints.map(\.address)).count == endpoints.count, "two allocations have one address")
        let reserved = directory.count - endpoints.count
        let tokens = allocations.count { $0.reservationToken != nil }
        require(0...tokens ~= reserved, "\(reserved) addresses are reserved by \(tokens) allocations")
        let sockets = endpoints.compactMap(\.socket)
        require(sockets.count == (configuration.mode.isOpen ? endpoints.count : 0), "an address without a socket")
        require(Set(sockets) == Set(self.sockets.open.keys), "sockets that no allocation has")
        for allocation in allocations {
            require(!allocation.endpoints.isEmpty, "an allocation without an address")
            for endpoint in allocation.endpoints {
                for address in [endpoint.address.external, endpoint.address.local] {
                    let entry = directory.resolve(address, over: allocation.transport)
                    require(entry?.handle == allocation.handle, "a stray address")
                }
                if let socket = endpoint.socket {
                    require(self.sockets.open[socket] == endpoint.address.local, "a socket at another address")
                }
            }
        }
    }

    private func check(_ client: FuzzClient) {
        guard let state = state(of: client) else {
            return require(client.id == nil, "a client was forgotten")
        }
        // A request may have deleted it, or time.
        follow(client)
        require(state.queuedDeadline <= state.deadline, "a deadline that nobody looks at")
        require(!client.isDatagram || state.isDatagram, "a datagram client became another")
        guard let allocation = state.allocation else { return }
        require(allocation.connections.count <= configuration.connectionsPerAllocation, "too many connections")
        require(state.isAuthenticated, "an allocation of somebody who proved nothing")
        require(allocation.expiresAt <= now.uptime + configuration.maximumLifetime, "a lifetime over the maximum")
        require(
            client.grants.livePermissionCount(at: now.uptime) <= configuration.permissionsPerAllocation
                && client.grants.liveChannelCount(at: now.uptime) <= configuration.channelsPerAllocation,
            "more permissions or channels than allowed"
        )
    }
}
