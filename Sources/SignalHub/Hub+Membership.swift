// SPDX-License-Identifier: Apache-2.0

extension Hub {
    mutating func join(_ name: String, _ id: ConnectionID, _ member: Member) throws(SignalError) -> [HubAction] {
        guard member.room == nil else { throw .alreadyJoined }
        guard Room.isValid(name: name) else { throw .invalidRoomName }
        var room = rooms[name] ?? Room(name: name)
        guard room.occupants.count < limits.roomSize else { throw .roomFull }
        let joined = ServerMessage.joined(
            peerID: member.peerID,
            peers: room.occupants.map(\.peerID),
            offer: offer(for: member, in: room.name)
        )
        let others = room.broadcast(.peerJoined(member.peerID))
        room.add(Room.Occupant(peerID: member.peerID, connection: id))
        rooms[room.name] = room
        members[id]?.phase = .joined(room: room.name)
        memberCount += 1
        return [.send(joined.text, to: id)] + others
    }

    mutating func leave(_ id: ConnectionID, _ member: Member, at now: Duration) throws(SignalError) -> [HubAction] {
        guard member.room != nil else { throw .notJoined }
        let actions = depart(id)
        members[id]?.phase = .lobby(since: now)
        return actions
    }

    /// Takes a member out of its room, if it is in one, and tells the others. The only way out of a room, so that they
    /// are told once.
    mutating func depart(_ id: ConnectionID) -> [HubAction] {
        guard let member = members[id], let name = member.room, var room = rooms[name] else { return [] }
        room.remove(id)
        rooms[name] = room.occupants.isEmpty ? nil : room
        memberCount -= 1
        return room.broadcast(.peerLeft(member.peerID))
    }
}
