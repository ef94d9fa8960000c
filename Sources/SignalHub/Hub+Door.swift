// SPDX-License-Identifier: Apache-2.0

/// Who gets into a room that has a PIN or is locked.
extension Hub {
    /// What the door says to a request. Wrong PINs are counted, and from too many on even the right one is not looked at.
    mutating func verdict(
        _ request: JoinRequest,
        _ room: Room,
        from address: String,
        at now: Duration
    ) throws(SignalError) -> Door.Verdict {
        if request.pin != nil, !request.knocks, room.door.pin != nil {
            rooms[room.name]?.door.wrongPINs.refill(at: now)
            let roomAdmits = rooms[room.name]?.door.wrongPINs.affords(1) == true
            guard roomAdmits, pinGuard.admits(address, at: now) else { throw .pinBlocked }
        }
        let verdict = room.door.verdict(pin: request.pin, knocks: request.knocks)
        if verdict == .wrongPIN {
            pinGuard.spend(by: address, at: now)
            rooms[room.name]?.door.wrongPINs.spend(1)
        }
        return verdict
    }

    mutating func wait(_ occupant: Room.Occupant, _ room: Room) throws(SignalError) -> [HubAction] {
        guard room.waiting.count < limits.waitingSize else { throw .waitingRoomFull }
        rooms[room.name]?.addWaiting(occupant)
        members[occupant.connection]?.phase = .waiting(room: room.name)
        return [.send(ServerMessage.waiting.text, to: occupant.connection)] + room.broadcast(.knock(occupant))
    }

    /// Whoever waits does not any more.
    mutating func stopWaiting(_ id: ConnectionID, at now: Duration) -> [HubAction] {
        guard let member = members[id], case .waiting(let name) = member.phase else { return [] }
        members[id]?.phase = .lobby(since: now)
        guard rooms[name]?.removeWaiting(where: { $0.connection == id }) != nil else { return [] }
        return rooms[name]?.broadcast(.knockEnded(member.peerID)) ?? []
    }

    /// Tells somebody who waited that this was in vain.
    mutating func turnAway(_ waiting: Room.Occupant, _ error: SignalError, at now: Duration) -> [HubAction] {
        guard members[waiting.connection] != nil else { return [] }
        members[waiting.connection]?.phase = .lobby(since: now)
        return [refuse(waiting.connection, error)]
    }

    /// Every member may let people in, as everybody in a house may open the door.
    mutating func admit(_ target: String, by member: Member, at now: Duration) throws(SignalError) -> [HubAction] {
        let (name, waiting) = try waiting(target, for: member)
        guard !isDraining else { throw .draining }
        guard let count = rooms[name]?.occupants.count, count < limits.roomSize else { throw .roomFull }
        _ = rooms[name]?.removeWaiting { $0 == waiting }
        guard let room = rooms[name] else { throw .unknownPeer }
        return room.broadcast(.knockEnded(target)) + enter(waiting, room, at: now)
    }

    mutating func decline(_ target: String, by member: Member, at now: Duration) throws(SignalError) -> [HubAction] {
        let (name, waiting) = try waiting(target, for: member)
        _ = rooms[name]?.removeWaiting { $0 == waiting }
        return (rooms[name]?.broadcast(.knockEnded(target)) ?? []) + turnAway(waiting, .declined, at: now)
    }

    private func waiting(
        _ target: String,
        for member: Member
    ) throws(SignalError) -> (room: String, waiting: Room.Occupant) {
        guard let name = member.room, let room = rooms[name] else { throw .notJoined }
        guard let waiting = room.waiting.first(where: { $0.peerID == target }) else { throw .unknownPeer }
        return (name, waiting)
    }

    mutating func setDoor(
        _ change: DoorChange,
        by id: ConnectionID,
        _ member: Member,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        guard let name = member.room, var room = rooms[name] else { throw .notJoined }
        guard room.host?.connection == id else { throw .notHost }
        try spendBroadcast(id, at: now)
        room.door.isLocked = change.isLocked ?? room.door.isLocked
        switch change.pin {
        case nil: break
        case .removed: room.door.pin = nil
        case .text(let pin): room.door.pin = pin
        }
        rooms[name] = room
        return room.broadcast(.room(room))
    }
}
