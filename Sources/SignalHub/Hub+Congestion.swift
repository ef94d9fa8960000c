// SPDX-License-Identifier: Apache-2.0

/// Whoever sends to a member is told that this is too fast: TCP hides from browsers what is lost at the relay.
extension Hub {
    /// Tells the others of a member's room. Notes about those who are not there do nothing.
    package mutating func noteCongestion(_ note: CongestionNote, at now: Duration) -> [HubAction] {
        guard let told = rooms[note.room]?.take(note, limits: limits, at: now) else { return [] }
        return keep(tell(.peerCongestion(told), aboutPeer: note.peerID, in: note.room), at: now)
    }

    /// What was noted for the last time long ago is over.
    mutating func endCongestion(at now: Duration) -> [HubAction] {
        let latest = now - limits.congestionEnd
        return rooms.keys.flatMap { name in
            let relieved = rooms[name]?.relieve(notedUntil: latest) ?? []
            return relieved.flatMap { tell(.peerRelief($0), aboutPeer: $0, in: name) }
        }
    }

    /// Only those who are there, since it is soon out of date, and who want to hear of it.
    private func tell(_ message: ServerMessage, aboutPeer peerID: String, in room: String) -> [HubAction] {
        guard let occupants = rooms[room]?.occupants else { return [] }
        let text = message.text
        return occupants.filter { $0.hearsOfCongestion && !$0.isAway && $0.peerID != peerID }
            .map { .send(text, to: $0.connection) }
    }
}
