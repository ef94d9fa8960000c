// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import STUNCodec

extension Relay {
    /// Lets time pass: deletes allocations that expired, and names the connections to close.
    package func advance(to now: NIODeadline) -> [RelayAction] {
        var actions: [RelayAction] = []
        while let client = deadlines.popDue(at: now, in: clients) {
            if client.allocation != nil {
                expireEndpoints(of: client, at: now)
                expireConnections(of: client, at: now)
                deadlines.update(client, in: clients)
                if client.allocation == nil, client.isDetached { _ = clients.remove(client.id) }
            } else {
                actions.append(.close(client.id, client.isAuthenticated ? .unallocated : .unauthenticated))
            }
        }
        directory.expireReservations(at: now)
        return actions
    }

    private func expireEndpoints(of client: Client, at now: NIODeadline) {
        removeEndpoints(of: client, because: .expired, at: now) { $0.expiresAt <= now }
    }

    /// Removes endpoints of a client's allocation, and the allocation with the last of them.
    func removeEndpoints(
        of client: Client,
        because end: AllocationEnd,
        at now: NIODeadline,
        where isGone: (RelayedEndpoint) -> Bool
    ) {
        guard let allocation = client.allocation else { return }
        guard allocation.endpoints.contains(where: { !isGone($0) }) else {
            deleteAllocation(of: client, because: end, at: now)
            client.idleDeadline = now + configuration.idleTimeout(isDatagram: client.isDatagram)
            return
        }
        for endpoint in allocation.endpoints where isGone(endpoint) {
            hangUp(of: client) { $0.peer.address.family == endpoint.address.family }
            close(endpoint)
        }
        client.allocation?.endpoints.removeAll(where: isGone)
    }
}
