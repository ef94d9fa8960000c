// SPDX-License-Identifier: Apache-2.0

/// What a member says to everybody in its room.
extension Hub {
    mutating func chat(
        _ text: String,
        _ id: ConnectionID,
        _ member: Member,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        guard let name = member.room, let sender = rooms[name]?.occupants.first(where: { $0.connection == id }) else {
            throw .notJoined
        }
        guard PlainText.isParagraphs(text, of: 1...limits.chatTextLength) else { throw .invalidChat }
        try spendBroadcast(id, at: now)
        let message = rooms[name]?.chat.append(
            text,
            from: member.peerID,
            named: sender.state.name,
            at: now,
            limits: limits
        )
        // The sender gets it too: all members see one order.
        return message.flatMap { rooms[name]?.broadcast(.chat($0, at: now)) } ?? []
    }

    mutating func setState(
        _ change: MemberState,
        of id: ConnectionID,
        _ member: Member,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        guard let name = member.room else { throw .notJoined }
        try spendBroadcast(id, at: now)
        guard let occupant = rooms[name]?.update(id, with: change) else { throw .notJoined }
        return rooms[name]?.broadcast(.peerState(occupant), except: id) ?? []
    }

    mutating func spendBroadcast(_ id: ConnectionID, at now: Duration) throws(SignalError) {
        guard members[id]?.budget.spendBroadcast(at: now) == true else { throw .rateLimited }
    }
}
