// SPDX-License-Identifier: Apache-2.0

/// Rooms, members and the messages between them. Does no I/O: every event comes with the time it happened at (since any
/// fixed moment, never going back), and returns what is to be done.
///
/// Events of a connection that is not known, or already closing, do nothing: the transport need not know which.
package struct Hub: Sendable {
    let limits: SignalLimits
    private let iceServers: @Sendable (_ peerID: String, _ room: String) -> ICEServerOffer
    var members: [ConnectionID: Member] = [:]
    var rooms: [String: Room] = [:]
    var pinGuard: PINGuard
    private var connectionsByAddress: [String: Int] = [:]
    /// Members that are in a room.
    package internal(set) var memberCount = 0
    package internal(set) var counters = SignalCounters()
    private var isStopping = false

    /// - Parameter iceServers: the ICE servers for a member of a room, with credentials that are valid from now.
    package init(
        limits: SignalLimits,
        iceServers: @escaping @Sendable (_ peerID: String, _ room: String) -> ICEServerOffer
    ) {
        self.limits = limits
        self.pinGuard = PINGuard(limits: limits)
        self.iceServers = iceServers
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
        counters.connections += 1
        let peerID = PeerID.random(using: &generator)
        members[id] = Member(peerID: peerID, address: address, limits: limits, at: now)
        connectionsByAddress[address, default: 0] += 1
        return []
    }

    /// The transport begins to close the connection: the room is told now, the connection counts until it is gone.
    package mutating func retire(_ id: ConnectionID) -> [HubAction] {
        let actions = depart(id)
        members[id]?.phase = .closing
        return actions
    }

    /// The connection is gone.
    package mutating func disconnect(_ id: ConnectionID) -> [HubAction] {
        let actions = depart(id)
        guard let member = members.removeValue(forKey: id) else { return actions }
        let rest = connectionsByAddress[member.address, default: 1] - 1
        connectionsByAddress[member.address] = rest > 0 ? rest : nil
        return actions
    }

    /// Closes everybody, now and from now on.
    package mutating func stop() -> [HubAction] {
        isStopping = true
        let open = members.filter { $0.value.phase != .closing }.keys
        for id in open { members[id]?.phase = .closing }
        // Nobody is left who could be told that the others left.
        rooms.removeAll()
        memberCount = 0
        return open.map { .close($0, .serverStopping) }
    }

    mutating func close(_ id: ConnectionID, _ reason: CloseReason) -> [HubAction] {
        guard let member = members[id], member.phase != .closing else { return [] }
        return retire(id) + [.close(id, reason)]
    }

    /// The id that others know a connection's member by; nil when the connection was refused.
    package func peerID(of id: ConnectionID) -> String? {
        members[id]?.peerID
    }

    // MARK: Messages

    /// Anything but a message was received: the member lives.
    package mutating func hear(_ id: ConnectionID, at now: Duration) {
        members[id]?.lastHeard = now
    }

    package mutating func receive(_ text: String, from id: ConnectionID, at now: Duration) -> [HubAction] {
        guard var member = members[id], member.phase != .closing else { return [] }
        member.lastHeard = now
        let verdict = member.budget.spend(messageOf: text.utf8.count, at: now)
        members[id] = member
        switch verdict {
        case .granted: return answer(text, from: id, member: member, at: now)
        case .dropped: return [refuse(id, .rateLimited)]
        case .exhausted: return close(id, .messageRate)
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
            switch message {
            case .join(let request): return try join(request, id, member, at: now)
            case .relay(let message): return try relay(message, from: member)
            case .leave: return try leave(id, member, at: now)
            case .iceServers: return try renew(id, member)
            case .state(let change): return try setState(change, of: id, member, at: now)
            case .chat(let text): return try chat(text, id, member, at: now)
            case .room(let change): return try setDoor(change, by: id, member, at: now)
            case .admit(let target): return try admit(target, by: member, at: now)
            case .decline(let target): return try decline(target, by: member, at: now)
            }
        } catch {
            return [refuse(id, error)]
        }
    }

    mutating func refuse(_ id: ConnectionID, _ error: SignalError) -> HubAction {
        counters.count(error)
        return .send(ServerMessage.error(error).text, to: id)
    }

    /// The ICE servers for a member of a room.
    func offer(for member: Member, in room: String) -> ICEServerOffer {
        iceServers(member.peerID, room)
    }
}
