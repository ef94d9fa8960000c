// SPDX-License-Identifier: Apache-2.0

package import NIOCore

extension Relay {
    /// Lets time pass: deletes allocations that expired, and names the connections to close.
    package mutating func advance(to now: NIODeadline) -> [RelayAction] {
        var actions: [RelayAction] = []
        while let client = deadlines.popDue(at: now, in: clients) {
            if client.allocation != nil {
                deleteAllocation(of: client)
                client.idleDeadline = now + configuration.unallocatedTimeout
                deadlines.update(client)
            } else {
                actions.append(.close(client.id, client.isAuthenticated ? .unallocated : .unauthenticated))
            }
        }
        return actions
    }
}
