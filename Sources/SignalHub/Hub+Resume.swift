// SPDX-License-Identifier: Apache-2.0

/// A member's seat outlives its connection for a while.
extension Hub {
    /// A connection is lost, or will be in a moment. A seat that can be held is.
    mutating func lose(_ id: ConnectionID, at now: Duration) -> [HubAction] {
        guard let member = members[id], let room = member.room,
            seats.hold(id, from: member.address, until: now + limits.seatHold, limits: limits),
            let occupant = rooms[room]?.setAway(id)
        else { return depart(id, .connectionEnded, at: now) }
        return rooms[room]?.broadcast(.peerState(occupant), except: id) ?? []
    }

    /// Gives a member the seat that it had, with all that it has missed.
    mutating func resume(
        _ request: ResumeRequest,
        _ id: ConnectionID,
        _ member: Member,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        guard member.room == nil else { throw .alreadyJoined }
        // As a join does: others are told, and the answer may be long.
        try spendBroadcast(id, at: now)
        guard tokenGuard.admits(member.address, at: now) else { throw .resumeFailed }
        guard let old = seats.connection(of: request.peerID, showing: request.token) else {
            tokenGuard.spend(by: member.address, at: now)
            throw .resumeFailed
        }
        guard let missed = seats[old]?.outbox.messages(after: request.received) else {
            // Its member has shown that it is there, and joins anew: nobody should see it twice.
            return keep(abandon(old, at: now) + [refuse(id, .resumeFailed)], at: now)
        }
        let withdrawn = stopWaiting(id, at: now)
        return keep(withdrawn, at: now) + pass(old, to: id, member, showing: request.token, missed, at: now)
    }

    private mutating func pass(
        _ old: ConnectionID,
        to id: ConnectionID,
        _ member: Member,
        showing shown: String,
        _ missed: [String],
        at now: Duration
    ) -> [HubAction] {
        guard var seat = seats.remove(old), let occupant = rooms[seat.room]?.pass(old, to: id) else { return [] }
        let wasHeld = seat.hold != nil
        seat.pass(to: member.token, for: shown)
        seats.insert(seat, for: id)
        members[id]?.peerID = seat.peerID
        members[id]?.phase = .joined(room: seat.room)
        let offer = iceServers(for: seat.peerID, in: seat.room)
        let resumed = ServerMessage.resumed(seat, limits: limits, offer: offer)
        // None of these is numbered: `resumed` belongs to the connection, and the others have their numbers.
        let answer = ([resumed.text] + missed).map { HubAction.send($0, to: id) }
        guard wasHeld else { return closeTaken(old) + answer }
        return answer + keep(rooms[seat.room]?.broadcast(.peerState(occupant), except: id) ?? [], at: now)
    }

    /// The old connection of a seat looked alive, as connections do for a while when a network changes.
    private mutating func closeTaken(_ old: ConnectionID) -> [HubAction] {
        members[old]?.phase = .closing
        return [.close(old, .seatTaken)]
    }

    private mutating func abandon(_ id: ConnectionID, at now: Duration) -> [HubAction] {
        guard let seat = seats[id] else { return [] }
        let actions = vacate(id, of: seat.room, .seatGivenUp, at: now)
        return seat.hold == nil ? actions + closeTaken(id) : actions
    }

    /// Everything that is said to members passes here, and is kept for those that may have to hear it again.
    mutating func keep(_ actions: [HubAction], at now: Duration) -> [HubAction] {
        var result: [HubAction] = []
        var rest = actions[...]
        while let action = rest.popFirst() {
            guard case .send(let text, let id) = action else {
                result.append(action)
                continue
            }
            switch seats.note(text, for: id, limits: limits) {
            case .connected: result.append(action)
            case .kept: break
            case .tooMuch: rest += abandon(id, at: now)
            // Whoever's seat was given up a moment ago hears nothing more.
            case .noSeat: if isOpen(id) { result.append(action) }
            }
        }
        return result
    }

    private func isOpen(_ id: ConnectionID) -> Bool {
        members[id].map { $0.phase != .closing } == true
    }
}
