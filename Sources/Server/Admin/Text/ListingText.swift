// SPDX-License-Identifier: Apache-2.0

/// Lists of sessions and rooms for people. What clients chose is shown without what a terminal would act on.
struct ListingText {
    /// Seconds since 1970.
    let now: Double
    var terminal = TerminalText(isColored: false)

    func lines(_ sessions: AdminSessions) -> [String] {
        guard sessions.total > 0 else { return ["There are no sessions."] }
        var table = TextTable([
            .init(title: "SESSION"), .init(title: "USER"), .init(title: "BY"), .init(title: "CLIENT"),
            .init(title: "AGE", isNumber: true), .init(title: "IN", isNumber: true),
            .init(title: "OUT", isNumber: true),
            .init(title: "RATE", isNumber: true), .init(title: "QUEUE", isNumber: true),
            .init(title: "DROPPED", isNumber: true),
        ])
        for session in sessions.sessions { table.add(cells(session)) }
        return table.lines(terminal) + rest(sessions.total - sessions.sessions.count, "session")
    }

    private func cells(_ session: AdminSessions.Session) -> [String] {
        [
            session.id, TerminalText.printable(session.user), session.transport ?? "-", session.client,
            AmountText.duration(now - session.startedAt), AmountText.bytes(session.bytesFromClient),
            AmountText.bytes(session.bytesToClient), AmountText.rate(bytesPerSecond: Double(session.bytesPerSecond)),
            AmountText.delay(session.queueDelaySeconds), "\(session.droppedPackets)",
        ]
    }

    func lines(_ rooms: AdminRooms) -> [String] {
        guard rooms.total > 0 else { return ["There are no rooms."] }
        return rooms.rooms.flatMap(lines) + rest(rooms.total - rooms.rooms.count, "room")
    }

    private func lines(_ room: AdminRooms.Room) -> [String] {
        var facts = [
            AmountText.count(room.members.count, "member"), "open for \(AmountText.duration(now - room.createdAt))",
        ]
        if room.waiting > 0 { facts.append("\(room.waiting) at the door") }
        if room.locked { facts.append("locked") }
        if room.hasPIN { facts.append("PIN") }
        var table = TextTable([
            .init(title: "  MEMBER"), .init(title: "NAME"), .init(title: "ADDRESS"),
            .init(title: "HERE FOR", isNumber: true),
        ])
        for member in room.members {
            let here = AmountText.duration(now - member.joinedAt) + (member.away ? ", away" : "")
            table.add(["  " + member.id, TerminalText.printable(member.name ?? "-"), member.address, here])
        }
        let title = "\(terminal.title(TerminalText.printable(room.name)))  \(facts.joined(separator: ", "))"
        return [title] + table.lines(terminal)
    }

    private func rest(_ count: Int, _ what: String) -> [String] {
        count > 0 ? ["and \(AmountText.count(count, "more " + what)) (--limit shows more)"] : []
    }
}
