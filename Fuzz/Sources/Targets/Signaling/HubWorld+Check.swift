// SPDX-License-Identifier: Apache-2.0

@testable import SignalHub

/// What is true after every step.
extension HubWorld {
    func check() {
        let occupants = hub.rooms.values.flatMap(\.occupants)
        require(Set(occupants.map(\.connection)).count == occupants.count, "a member is in two rooms")
        require(occupants.count == hub.memberCount, "members are counted wrong")
        let present = occupants.filter { !$0.isAway }
        require(Set(present.map(\.connection)) == Set(beliefs.keys), "a member does not know where it is")
        checkSeats(occupants)
        require(hub.tokenGuard.buckets.count <= hub.limits.connections, "too many addresses are remembered")
        require(hub.connectionCount == open.count, "connections are counted wrong")
        require(hub.pinGuard.buckets.count <= hub.limits.connections, "too many addresses are remembered")
        for room in hub.rooms.values {
            checkBounds(of: room)
            checkBeliefs(in: room)
            let waiting = hub.members.filter { $0.value.phase == .waiting(room: room.name) }.keys
            require(Set(room.waiting.map(\.connection)) == Set(waiting), "somebody waits in vain")
        }
        for case .waiting(let name) in hub.members.values.map(\.phase) {
            require(hub.rooms[name] != nil, "somebody waits for a room that is gone")
        }
    }

    private func checkSeats(_ occupants: [Room.Occupant]) {
        require(Set(occupants.map(\.peerID)).count == occupants.count, "two connections hold one seat")
        let held = hub.seats.seats.filter { $0.value.hold != nil }
        require(Set(held.keys) == Set(occupants.filter(\.isAway).map(\.connection)), "a seat is held for nobody")
        require(
            held.count == hub.seats.heldCount && held.count <= hub.limits.connections,
            "held seats are counted wrong"
        )
        for (id, seat) in hub.seats.seats {
            require(occupants.contains { $0.connection == id && $0.peerID == seat.peerID }, "a seat of nobody")
            require(!seat.outbox.exceeds(hub.limits), "too much is kept for a seat")
            if let hold = seat.hold { require(hold.until <= now + hub.limits.seatHold, "a seat is held too long") }
        }
    }

    private func checkBounds(of room: Room) {
        let limits = hub.limits
        require(1...limits.roomSize ~= room.occupants.count, "a room of \(room.occupants.count)")
        require(room.waiting.count <= limits.waitingSize, "\(room.waiting.count) wait")
        require(room.chat.messages.count <= limits.chatMessages, "a chat of \(room.chat.messages.count)")
        let bytes = room.chat.messages.reduce(0) { $0 + $1.text.utf8.count + ($1.name?.utf8.count ?? 0) }
        require(bytes <= limits.chatBytes, "a chat of \(bytes) bytes")
        require(room.door.pin.map { PlainText.isLine($0, of: 4...32) } != false, "a PIN that cannot be")
        for name in (room.occupants + room.waiting).compactMap(\.state.name) {
            require(PlainText.isLine(name, of: 0...64), "a name that cannot be: \(name)")
        }
    }

    private func checkBeliefs(in room: Room) {
        let peers = Set(room.occupants.map(\.peerID))
        let waiting = Set(room.waiting.map(\.peerID))
        for occupant in room.occupants {
            let id = occupant.connection
            guard let belief = beliefs[id], !stranded.contains(id) else { continue }
            let away = room.occupants.filter { $0.isAway }.map(\.peerID)
            require(belief.away == Set(away), "a member believes the wrong ones away")
            let others = peers.subtracting([occupant.peerID])
            require(belief.peers == others, "a member believes the wrong ones in its room")
            require(belief.knocking == waiting, "a member believes the wrong ones at the door")
            require(belief.door == RoomBelief.Door(room), "a member believes the wrong things of the door")
        }
    }

    /// Who may be in a room by a message that was not there before. Decided here without the hub's code for it.
    func admissible(by text: String, from id: ConnectionID) -> ConnectionID? {
        switch try? ClientMessage(parsing: text) {
        case .join(let request):
            guard let door = hub.rooms[request.room]?.door else { return id }
            let knowsPIN = door.pin.map { !request.knocks && request.pin?.utf8.elementsEqual($0.utf8) == true } ?? true
            return knowsPIN && !door.isLocked ? id : nil
        case .admit(let target):
            return hub.room(of: id)?.waiting.first { $0.peerID == target }?.connection
        default: return nil
        }
    }

    func requestedRoom(_ text: String) -> String? {
        guard case .join(let request) = try? ClientMessage(parsing: text) else { return nil }
        return request.room
    }
}

extension Hub {
    /// The room that a connection is in.
    func room(of id: ConnectionID) -> Room? {
        rooms.values.first { $0.occupants.contains { $0.connection == id } }
    }
}
