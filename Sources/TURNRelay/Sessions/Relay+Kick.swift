// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import TURNCredentials

/// Ending what clients have not ended themselves.
extension Relay {
    /// Deletes an allocation.
    ///
    /// - Returns: what is left to do for its loop; nil when there is no such allocation (any more).
    package func kick(_ handle: AllocationHandle, at now: NIODeadline) -> [RelayAction]? {
        guard handle.loop == loop, let client = clients[handle.client], client.allocation?.handle == handle else {
            return nil
        }
        return kick(client, at: now)
    }

    /// Deletes the allocations of users, of clients in some slots.
    ///
    /// - Parameter realm: where these users are; nil for all realms.
    func kick(
        _ users: Set<String>,
        of realm: String?,
        in slots: Range<Int>,
        at now: NIODeadline
    ) -> (count: Int, actions: [RelayAction]) {
        let clients = clients.slots[slots.clamped(to: clients.slots.indices)].compactMap(\.self).filter { client in
            guard let user = client.allocation?.credential.user else { return false }
            return users.contains(user) && (realm == nil || client.realm.name == realm)
        }
        return (clients.count, clients.flatMap { kick($0, at: now) })
    }

    private func kick(_ client: Client, at now: NIODeadline) -> [RelayAction] {
        deleteAllocation(of: client, because: .kicked, at: now)
        guard client.isDetached else { return [.close(client.id, .kicked)] }
        _ = clients.remove(client.id)
        return []
    }
}
