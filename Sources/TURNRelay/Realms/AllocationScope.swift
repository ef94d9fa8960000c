// SPDX-License-Identifier: Apache-2.0

import TURNCredentials

/// Which allocations of this server may exchange data in process: those with equal scopes.
///
/// A room is one of its realm: two realms that have a room of the same name don't share it. Without a room, the closed
/// relay joins allocations of one realm only, since it is all that could join them. In the open relay they may meet
/// whatever their realms, as they would if each were on a server of its own: a relayed transport address is a public one
/// there, and any client of any server reaches it.
struct AllocationScope: Hashable, Sendable {
    /// Of a ``RelayRealm``, which lives as long as the server.
    private let realm: ObjectIdentifier?
    private let room: RoomScope?

    init(room: RoomScope?, in realm: RelayRealm, isOpen: Bool) {
        self.room = room
        self.realm = isOpen && room == nil ? nil : ObjectIdentifier(realm)
    }
}
