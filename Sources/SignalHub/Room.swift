// SPDX-License-Identifier: Apache-2.0

/// The members of a room, in the order they came. Rooms are small: searching a list is enough.
struct Room: Sendable {
    struct Occupant: Hashable, Sendable {
        let peerID: String
        /// The one that was lost, while it is away.
        var connection: ConnectionID
        var state = MemberState()
        /// Its connection is lost and its seat is held.
        var isAway = false
        /// Nil while its media reaches it in time.
        var congestion: Congestion?
        /// Whether it wants to be told of the congestion of others.
        var hearsOfCongestion = false
        var joinedAt = Duration.zero
    }

    /// As its first member spelled it: names that are canonically equivalent Unicode mean the same room.
    let name: String
    private(set) var occupants: [Occupant] = []
    /// People who want in and are not told anything yet, in the order they knocked.
    private(set) var waiting: [Occupant] = []
    var door: Door
    var chat = ChatHistory()
    let openedAt: Duration

    init(name: String, limits: SignalLimits, at now: Duration) {
        self.name = name
        self.openedAt = now
        self.door = Door(limits: limits, at: now)
    }

    /// Whoever is here for the longest time decides about the door.
    var host: Occupant? { occupants.first }

    mutating func add(_ occupant: Occupant) {
        occupants.append(occupant)
    }

    /// - Returns: who is not there any more.
    mutating func remove(_ connection: ConnectionID) -> Occupant? {
        index(of: connection).map { occupants.remove(at: $0) }
    }

    /// - Returns: nil when the connection is in another place.
    mutating func setAway(_ connection: ConnectionID) -> Occupant? {
        guard let index = index(of: connection) else { return nil }
        occupants[index].isAway = true
        return occupants[index]
    }

    /// A member goes on by another connection, in its old place.
    mutating func pass(_ old: ConnectionID, to new: ConnectionID) -> Occupant? {
        guard let index = index(of: old) else { return nil }
        occupants[index].connection = new
        occupants[index].isAway = false
        return occupants[index]
    }

    /// - Returns: what to tell the others about it now, if anything.
    mutating func take(_ note: CongestionNote, limits: SignalLimits, at now: Duration) -> CongestionNote? {
        guard let index = occupants.firstIndex(where: { $0.peerID == note.peerID }) else { return nil }
        var congestion = occupants[index].congestion ?? Congestion(at: now)
        defer { occupants[index].congestion = congestion }
        return congestion.take(note, limits: limits, at: now)
    }

    /// - Returns: the ids of those whose congestion was noted then for the last time, or before.
    mutating func relieve(notedUntil latest: Duration) -> [String] {
        var relieved: [String] = []
        for index in occupants.indices {
            guard let congestion = occupants[index].congestion, congestion.notedAt <= latest else { continue }
            occupants[index].congestion = nil
            relieved.append(occupants[index].peerID)
        }
        return relieved
    }

    private func index(of connection: ConnectionID) -> Int? {
        occupants.firstIndex { $0.connection == connection }
    }

    mutating func addWaiting(_ occupant: Occupant) {
        waiting.append(occupant)
    }

    /// - Returns: who does not wait any more.
    mutating func removeWaiting(where isMeant: (Occupant) -> Bool) -> Occupant? {
        waiting.firstIndex(where: isMeant).map { waiting.remove(at: $0) }
    }

    /// - Returns: nil when the connection is in another place.
    mutating func update(_ connection: ConnectionID, with change: MemberState) -> Occupant? {
        guard let index = index(of: connection) else { return nil }
        occupants[index].state.update(with: change)
        return occupants[index]
    }

    func connection(of peerID: String) -> ConnectionID? {
        occupants.first { $0.peerID == peerID }?.connection
    }

    /// One message for everybody who is in the room now.
    func broadcast(_ message: ServerMessage, except sender: ConnectionID? = nil) -> [HubAction] {
        let text = message.text
        return occupants.filter { $0.connection != sender }.map { .send(text, to: $0.connection) }
    }

    static func isValid(name: String) -> Bool {
        PlainText.isLine(name, of: 1...PlainText.nameLimit)
    }
}
