// SPDX-License-Identifier: Apache-2.0

/// What an administrator does to those who are here.
extension Hub {
    /// While it is so, nobody gets into a room. Who is in one stays, and may come back to a seat that is held.
    package mutating func setDraining(_ isDraining: Bool) {
        self.isDraining = isDraining
    }

    /// Takes a member out of its room, or somebody away from a door, and closes the connection.
    ///
    /// - Returns: what to do, and the ids of who was removed: none when there is nobody of this id.
    package mutating func remove(peerID: String, at now: Duration) -> (actions: [HubAction], removed: [String]) {
        for room in rooms.values {
            guard let occupant = (room.occupants + room.waiting).first(where: { $0.peerID == peerID }) else { continue }
            return (keep(remove(occupant, from: room.name, at: now), at: now), [peerID])
        }
        return ([], [])
    }

    /// Does the same with everybody in a room and at its door.
    package mutating func remove(room name: String, at now: Duration) -> (actions: [HubAction], removed: [String]) {
        guard let room = rooms[name] else { return ([], []) }
        // Who waits goes first: they would be told that the room is closed.
        let people = room.waiting + room.occupants
        let actions = people.flatMap { remove($0, from: name, at: now) }
        return (keep(actions, at: now), people.map(\.peerID))
    }

    private mutating func remove(_ occupant: Room.Occupant, from room: String, at now: Duration) -> [HubAction] {
        let id = occupant.connection
        var actions = stopWaiting(id, at: now)
        actions += vacate(id, of: room, .removed, at: now)
        guard let member = members[id], member.phase != .closing else { return actions }
        members[id]?.phase = .closing
        return actions + [.close(id, .removed)]
    }
}
