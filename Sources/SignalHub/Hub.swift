// SPDX-License-Identifier: Apache-2.0

/// Rooms, members and the messages between them. Does no I/O: every event comes with the time it happened at (since any
/// fixed moment, never going back), and returns what is to be done.
///
/// Events of a connection that is not known, or already closing, do nothing: the transport need not know which.
package struct Hub: Sendable {
    private(set) var limits: SignalLimits
    private let makeICEServers: @Sendable (_ peerID: String, _ room: String) -> ICEServerOffer
    var members: [ConnectionID: Member] = [:]
    var rooms: [String: Room] = [:]
    /// Seats that outlive a connection.
    var seats = SeatTable()
    /// Of wrong PINs.
    var pinGuard: AddressBudget
    /// Of wrong resume tokens.
    var tokenGuard: AddressBudget
    var connectBudget: AddressBudget?
    var joinBudget: AddressBudget?
    private var connectionsByAddress: [String: Int] = [:]
    /// Members that are in a room, away or not.
    package internal(set) var memberCount = 0
    package internal(set) var counters = SignalCounters()
    private var isStopping = false
    var isDraining = false
    /// For whoever asks for them after each event.
    private var departures: [Departure] = []

    /// - Parameter iceServers: the ICE servers for a member of a room, with credentials that are valid from now.
    package init(
        limits: SignalLimits,
        iceServers: @escaping @Sendable (_ peerID: String, _ room: String) -> ICEServerOffer
    ) {
        self.limits = limits
        self.connectBudget = .arrivals(perSecond: limits.joinsPerSecondPerAddress)
        self.joinBudget = .arrivals(perSecond: limits.joinsPerSecondPerAddress)
        self.pinGuard = AddressBudget(
            burst: limits.addressWrongPINs,
            interval: limits.addressPINInterval,
            maximumAddresses: limits.connections
        )
        self.tokenGuard = AddressBudget(
            burst: limits.addressWrongTokens,
            interval: limits.addressTokenInterval,
            maximumAddresses: limits.connections
        )
        self.makeICEServers = iceServers
    }

    /// Who is in a room stays in it, also when there are more.
    package mutating func setRoomSize(_ size: Int) {
        limits.roomSize = size
    }

    package var connectionCount: Int { members.count }
    package var roomCount: Int { rooms.count }

    // MARK: Connections

    package mutating func connect(
        _ id: ConnectionID,
        from address: String,
        at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> [HubAction] {
        guard !isStopping else { return [.close(id, .serverStopping)] }
        guard members.count < limits.connections,
            connectionsByAddress[address, default: 0] < limits.connectionsPerAddress
        else {
            return [refuse(id, .serverFull), .close(id, .connectionLimit)]
        }
        guard connectBudget?.take(by: address, at: now) != false else {
            return [.close(id, .arrivalRate)]
        }
        counters.connections += 1
        let peerID = PeerID.random(using: &generator)
        let token = ResumeToken.random(using: &generator)
        members[id] = Member(peerID: peerID, token: token, address: address, limits: limits, at: now)
        connectionsByAddress[address, default: 0] += 1
        return []
    }

    /// The transport begins to close the connection: the room is told now, the connection counts until it is gone.
    package mutating func retire(_ id: ConnectionID, at now: Duration) -> [HubAction] {
        keep(end(id, at: now), at: now)
    }

    private mutating func end(_ id: ConnectionID, at now: Duration) -> [HubAction] {
        let actions = lose(id, at: now)
        members[id]?.phase = .closing
        return actions
    }

    /// The connection is gone.
    package mutating func disconnect(_ id: ConnectionID, at now: Duration) -> [HubAction] {
        let actions = keep(end(id, at: now), at: now)
        guard let member = members.removeValue(forKey: id) else { return actions }
        let rest = connectionsByAddress[member.address, default: 1] - 1
        connectionsByAddress[member.address] = rest > 0 ? rest : nil
        return actions
    }

    /// Closes everybody, now and from now on.
    package mutating func stop(at now: Duration) -> [HubAction] {
        isStopping = true
        for occupant in rooms.values.flatMap(\.occupants) { note(occupant, .serverStopping, at: now) }
        let open = members.filter { $0.value.phase != .closing }.keys
        for id in open { members[id]?.phase = .closing }
        // Nobody is left who could be told that the others left.
        rooms.removeAll()
        seats.removeAll()
        memberCount = 0
        return open.map { .close($0, .serverStopping) }
    }

    mutating func note(_ occupant: Room.Occupant, _ reason: Departure.Reason, at now: Duration) {
        departures.append(Departure(peerID: occupant.peerID, reason: reason, duration: now - occupant.joinedAt))
    }

    /// Who has left a room since this was asked last.
    package mutating func takeDepartures() -> [Departure] {
        defer { departures.removeAll() }
        return departures
    }

    mutating func close(_ id: ConnectionID, _ reason: CloseReason, at now: Duration) -> [HubAction] {
        guard let member = members[id], member.phase != .closing else { return [] }
        return end(id, at: now) + [.close(id, reason)]
    }

    /// The id that others know a connection's member by; nil when the connection was refused.
    package func peerID(of id: ConnectionID) -> String? {
        members[id]?.peerID
    }

    // MARK: Messages

    /// Anything but a message was received: the member lives.
    ///
    /// - Parameter number: the number of the ping that it answers, if it does.
    package mutating func hear(_ id: ConnectionID, answering number: Int? = nil, at now: Duration) {
        members[id]?.lastHeard = now
        if let number { seats.acknowledge(number, by: id) }
    }

    package mutating func receive(_ text: String, from id: ConnectionID, at now: Duration) -> [HubAction] {
        guard let index = members.index(forKey: id), members.values[index].phase != .closing else { return [] }
        members.values[index].lastHeard = now
        let verdict = members.values[index].budget.spend(messageOf: text.utf8.count, at: now)
        let member = members.values[index]
        seats.countReceived(from: id)
        switch verdict {
        case .granted: return answer(text, from: id, member: member, at: now)
        case .dropped: return keep([refuse(id, .rateLimited)], at: now)
        case .exhausted: return keep(close(id, .messageRate, at: now), at: now)
        }
    }

    private mutating func answer(
        _ text: String,
        from id: ConnectionID,
        member: Member,
        at now: Duration
    ) -> [HubAction] {
        do throws(SignalError) {
            let message = try ClientMessage(parsing: text)
            counters.messages[message.type, default: 0] += 1
            if case .resume(let request) = message { return try resume(request, id, member, at: now) }
            return keep(try obey(message, from: id, member: member, at: now), at: now)
        } catch {
            return keep([refuse(id, error)], at: now)
        }
    }

    private mutating func obey(
        _ message: ClientMessage,
        from id: ConnectionID,
        member: Member,
        at now: Duration
    ) throws(SignalError) -> [HubAction] {
        switch message {
        case .join(let request): try join(request, id, member, at: now)
        // Answered before: what it is told has its numbers already.
        case .resume: []
        case .relay(let message): try relay(message, from: member)
        case .leave: try leave(id, member, at: now)
        case .iceServers: try renew(id, member)
        case .state(let change): try setState(change, of: id, member, at: now)
        case .chat(let text): try chat(text, id, member, at: now)
        case .room(let change): try setDoor(change, by: id, member, at: now)
        case .admit(let target): try admit(target, by: member, at: now)
        case .decline(let target): try decline(target, by: member, at: now)
        }
    }

    mutating func refuse(_ id: ConnectionID, _ error: SignalError) -> HubAction {
        counters.count(error)
        return .send(ServerMessage.error(error).text, to: id)
    }

    /// The ICE servers for a member of a room, with credentials that are valid from now.
    func iceServers(for peerID: String, in room: String) -> ICEServerOffer {
        makeICEServers(peerID, room)
    }
}
