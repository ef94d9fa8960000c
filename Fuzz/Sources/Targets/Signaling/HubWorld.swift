// SPDX-License-Identifier: Apache-2.0

@testable import SignalHub

/// Members that come, say something and go, and what each believes about who is in its room.
struct HubWorld {
    private static let rooms = ["a", "b", "\u{E9}", "e\u{301}"]

    private var hub: Hub
    private var now: Duration = .seconds(1_000)
    private var random = RepeatableGenerator(state: 1)
    private var connectionCount: UInt64 = 0
    private var open: [ConnectionID] = []
    private var beliefs: [ConnectionID: Set<String>] = [:]
    private var isStopped = false

    static func run(_ decisions: inout Decisions) {
        var world = HubWorld()
        var steps = 0
        while !decisions.isAtEnd, steps < 300 {
            world.step(&decisions)
            world.check()
            steps += 1
        }
        for id in world.open { world.apply(world.hub.disconnect(id), gone: id) }
        require(world.hub.roomCount == 0 && world.hub.connectionCount == 0, "rooms or members are left")
        require(world.hub.memberCount == 0, "members are left")
    }

    private init() {
        var limits = SignalLimits()
        limits.roomSize = 3
        limits.connections = 8
        limits.connectionsPerAddress = 5
        limits.messageBurst = 8
        limits.messagesPerSecond = 2
        limits.toleratedDrops = 3
        hub = Hub(limits: limits) { peerID, room in
            ICEServerOffer(
                servers: [ICEServer(urls: ["turns:fuzz.test:443"], username: peerID, credential: room)],
                transportPolicy: "relay",
                lifetime: 600
            )
        }
    }

    private mutating func step(_ decisions: inout Decisions) {
        let what = decisions.byte()
        if what % 12 == 0 || open.isEmpty { return connect(decisions.byte()) }
        let id = decisions.choice(of: open)
        switch what % 12 {
        case 1...3: say(#"{"type":"join","room":"\#(decisions.choice(of: Self.rooms))"}"#, id)
        case 4: leave(id)
        case 5...6: relay(to: decisions.choice(of: open), from: id)
        case 7: say(String(decoding: decisions.countedBytes(), as: UTF8.self), id)
        case 8: now += .milliseconds(Int(decisions.byte()) * 50)
        case 9: apply(hub.tick(at: now))
        case 10: retire(id)
        default: what == 251 ? stop() : disconnect(id)
        }
    }

    private mutating func connect(_ byte: UInt8) {
        connectionCount += 1
        let id = ConnectionID(rawValue: connectionCount)
        let actions = hub.connect(id, from: byte % 2 == 0 ? "192.0.2.1" : "192.0.2.2", at: now, using: &random)
        if actions.isEmpty { open.append(id) }
        require(!isStopped || !actions.isEmpty, "a hub that stops took a connection")
    }

    private mutating func say(_ text: String, _ id: ConnectionID) {
        apply(hub.receive(text, from: id, at: now))
    }

    /// Leaving is not answered: a member forgets its room, unless it gets an error.
    private mutating func leave(_ id: ConnectionID) {
        let actions = hub.receive(#"{"type":"leave"}"#, from: id, at: now)
        let isAnswered = actions.contains { action in
            switch action {
            case .send(_, let target), .close(let target, _): target == id
            case .ping: false
            }
        }
        if !isAnswered { beliefs[id] = nil }
        apply(actions)
    }

    private mutating func relay(to target: ConnectionID, from id: ConnectionID) {
        let peerID = hub.peerID(of: target) ?? ""
        let isKnown = beliefs[id]?.contains(peerID) == true
        let text = #"{"type":"ice-candidate","target":"\#(peerID)","candidate":null}"#
        let actions = hub.receive(text, from: id, at: now)
        for case .send(let text, target) in actions where text.contains("\"ice-candidate\"") {
            require(isKnown, "a message from one room to another")
        }
        apply(actions)
    }

    private mutating func retire(_ id: ConnectionID) {
        beliefs[id] = nil
        apply(hub.retire(id))
    }

    private mutating func disconnect(_ id: ConnectionID) {
        open.removeAll { $0 == id }
        apply(hub.disconnect(id), gone: id)
    }

    private mutating func stop() {
        isStopped = true
        apply(hub.stop())
        require(beliefs.isEmpty, "members that were not told of the end")
    }

    // MARK: What members are told

    private mutating func apply(_ actions: [HubAction], gone: ConnectionID? = nil) {
        if let gone { beliefs[gone] = nil }
        for action in actions {
            switch action {
            case .ping: break
            case .close(let id, _): beliefs[id] = nil
            case .send(let text, let id):
                require(id != gone, "a message for a connection that is gone")
                believe(text, id)
            }
        }
    }

    private mutating func believe(_ text: String, _ id: ConnectionID) {
        guard let said = try? JSONObject(parsing: Array(text.utf8)), let type = said.string("type") else {
            fatalError("no message: \(text)")
        }
        switch type {
        case "joined":
            require(beliefs[id] == nil, "a member is in two rooms")
            beliefs[id] = Set(hub.room(of: id)).subtracting([said.string("peerId") ?? ""])
        case "peer-joined":
            require(beliefs[id]?.insert(said.string("peerId") ?? "").inserted == true, "a member came twice")
        case "peer-left":
            require(beliefs[id]?.remove(said.string("peerId") ?? "") != nil, "somebody left who was not there")
        default: break
        }
    }

    private func check() {
        let occupants = hub.rooms.values.flatMap(\.occupants)
        require(Set(occupants.map(\.connection)).count == occupants.count, "a member is in two rooms")
        require(occupants.count == hub.memberCount, "members are counted wrong")
        require(Set(occupants.map(\.connection)) == Set(beliefs.keys), "a member does not know where it is")
        require(hub.connectionCount == open.count, "connections are counted wrong")
        for room in hub.rooms.values {
            require(1...hub.limits.roomSize ~= room.occupants.count, "a room of \(room.occupants.count)")
            let peers = Set(room.occupants.map(\.peerID))
            for occupant in room.occupants {
                require(
                    beliefs[occupant.connection] == peers.subtracting([occupant.peerID]),
                    "a member believes the wrong ones in its room"
                )
            }
        }
    }
}

extension Hub {
    /// The members of the room that a connection is in.
    fileprivate func room(of id: ConnectionID) -> [String] {
        rooms.values.first { $0.occupants.contains { $0.connection == id } }?.occupants.map(\.peerID) ?? []
    }
}
