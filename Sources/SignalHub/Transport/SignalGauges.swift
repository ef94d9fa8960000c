// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The hub's counts, readable from everywhere.
final class SignalGauges: Sendable {
    private let connections = Atomic(0)
    private let members = Atomic(0)
    private let rooms = Atomic(0)

    var connectionCount: Int { connections.load(ordering: .relaxed) }
    var memberCount: Int { members.load(ordering: .relaxed) }
    var roomCount: Int { rooms.load(ordering: .relaxed) }

    func update(_ hub: Hub) {
        connections.store(hub.connectionCount, ordering: .relaxed)
        members.store(hub.memberCount, ordering: .relaxed)
        rooms.store(hub.roomCount, ordering: .relaxed)
    }
}
