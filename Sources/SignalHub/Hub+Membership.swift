// SPDX-License-Identifier: Apache-2.0

extension Hub {
    mutating func join(
        _ request: JoinRequest,
        _ id: ConnectionID,
        _ member: Member,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        guard member.room == nil else {
            // It may have crossed with the answer to the one before: then its sender does not count it either.
            seats.discountReceived(from: id)
            throw .alreadyJoined
        }
        guard Room.isValid(name: request.room) else { throw .invalidRoomName }
        // Who waits may ask whether it still does, or try another way in.
        if case .waiting(request.room) = member.phase, request.pin == nil {
            return [.send(ServerMessage.waiting.text, to: id)]
        }
        guard !isDraining else { throw .draining }
        guard joinBudget?.take(by: member.address, at: now) != false else {
            // It comes back after a pause and joins then.
            return close(id, .arrivalRate, at: now)
        }
        // It is told to everybody in the room, and its answer may hold the whole chat.
        try spendBroadcast(id, at: now)
        let withdrawn = stopWaiting(id, at: now)
        members[id]?.wantsSeat = request.resumes
        let occupant = Room.Occupant(
            peerID: member.peerID,
            connection: id,
            state: request.state,
            hearsOfCongestion: request.hearsOfCongestion
        )
        do throws(SignalError) {
            return withdrawn + (try pass(occupant, request, from: member.address, at: now))
        } catch {
            return withdrawn + [refuse(id, error)]
        }
    }

    /// Through the door, or in front of it.
    private mutating func pass(
        _ occupant: Room.Occupant,
        _ request: JoinRequest,
        from address: String,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        guard let room = rooms[request.room] else {
            return enter(occupant, Room(name: request.room, limits: limits, at: now), at: now)
        }
        switch try verdict(request, room, from: address, at: now) {
        case .open:
            guard room.occupants.count < limits.roomSize else { throw .roomFull }
            return enter(occupant, room, at: now)
        case .waits: return try wait(occupant, room)
        case .needsPIN: throw .pinRequired
        case .wrongPIN: throw .wrongPIN
        }
    }

    mutating func enter(_ occupant: Room.Occupant, _ before: Room, at now: Duration) -> [HubAction] {
        guard let member = members[occupant.connection] else { return [] }
        var (room, occupant) = (before, occupant)
        occupant.joinedAt = now
        room.add(occupant)
        rooms[room.name] = room
        members[occupant.connection]?.phase = .joined(room: room.name)
        memberCount += 1
        counters.joins += 1
        let seat = member.wantsSeat ? Seat(peerID: member.peerID, room: room.name, token: member.token) : nil
        if let seat { seats.insert(seat, for: occupant.connection) }
        let offer = iceServers(for: member.peerID, in: room.name)
        let joined = ServerMessage.joined(
            peerID: occupant.peerID,
            room: before,
            seat: seat.map { ($0, limits) },
            offer: offer
        )
        var own = [joined]
        if !room.chat.messages.isEmpty { own.append(.chatHistory(room.chat.messages, at: now)) }
        own += room.waiting.map(ServerMessage.knock)
        return own.map { .send($0.text, to: occupant.connection) } + before.broadcast(.peerJoined(occupant))
    }

    mutating func leave(_ id: ConnectionID, _ member: Member, at now: Duration) throws(SignalError) -> [HubAction] {
        if case .waiting = member.phase { return stopWaiting(id, at: now) }
        guard member.room != nil else { throw .notJoined }
        let actions = depart(id, .left, at: now)
        members[id]?.phase = .lobby(since: now)
        return actions
    }

    /// Takes a member out of its room or away from its door, if it is at one, and tells the others.
    mutating func depart(_ id: ConnectionID, _ reason: Departure.Reason, at now: Duration) -> [HubAction] {
        guard let room = members[id]?.room else { return stopWaiting(id, at: now) }
        return vacate(id, of: room, reason, at: now)
    }

    /// Frees the place in a room that a connection has or had. The only way out of a room, so that the others are told
    /// once.
    mutating func vacate(
        _ id: ConnectionID,
        of name: String,
        _ reason: Departure.Reason,
        at now: Duration
    ) -> [HubAction] {
        seats.remove(id)
        guard var room = rooms[name] else { return [] }
        let wasHost = room.host?.connection == id
        guard let occupant = room.remove(id) else { return [] }
        memberCount -= 1
        note(occupant, reason, at: now)
        guard !room.occupants.isEmpty else {
            rooms[name] = nil
            return room.waiting.flatMap { turnAway($0, .roomClosed, at: now) }
        }
        rooms[name] = room
        let left = room.broadcast(.peerLeft(occupant.peerID))
        return wasHost ? left + room.broadcast(.room(room)) : left
    }
}
