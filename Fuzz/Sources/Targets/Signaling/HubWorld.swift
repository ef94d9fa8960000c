// SPDX-License-Identifier: Apache-2.0

@testable import SignalHub

/// Members that come, say something and go, and what each believes about its room.
struct HubWorld {
    private static let rooms = ["a", "b", "\u{E9}", "e\u{301}"]
    private static let waysIn = [
        "", #","resume":true"#, #","resume":true,"knock":true,"congestion":true"#, #","pin":"1234""#,
        #","pin":"12345""#, #","pin":"""#,
        #","knock":true"#, #","knock":true,"pin":"1234""#,
        #","name":"Zoë","audio":true,"hand":false,"screen":true"#,
    ]

    var hub: Hub
    var now: Duration = .seconds(1_000)
    private var random = RepeatableGenerator(state: 1)
    private var connectionCount: UInt64 = 0
    private(set) var open: [ConnectionID] = []
    private(set) var beliefs: [ConnectionID: RoomBelief] = [:]
    /// Of those who have a seat, or had one when they were lost.
    private(set) var memories: [ConnectionID: SeatMemory] = [:]
    /// Connections that carry nothing any more, as nobody knows yet.
    private(set) var stranded: Set<ConnectionID> = []
    private var guesses = GuessCounter()
    private var isStopped = false

    static func run(_ decisions: inout Decisions) {
        var world = HubWorld()
        var steps = 0
        while !decisions.isAtEnd, steps < 300 {
            world.step(&decisions)
            world.check()
            steps += 1
        }
        for id in world.open { world.disconnect(id) }
        world.now += world.hub.limits.seatHold
        world.apply(world.hub.tick(at: world.now))
        require(world.hub.roomCount == 0 && world.hub.connectionCount == 0, "rooms or members are left")
        require(world.hub.memberCount == 0, "members are left")
    }

    private init() {
        var limits = SignalLimits()
        limits.roomSize = 3
        limits.waitingSize = 2
        limits.connections = 8
        limits.connectionsPerAddress = 5
        limits.messageBurst = 12
        limits.messagesPerSecond = 3
        limits.toleratedDrops = 3
        limits.broadcastBurst = 8
        limits.broadcastsPerSecond = 2
        limits.joinsPerSecondPerAddress = 2
        limits.addressWrongPINs = 2
        limits.roomWrongPINs = 3
        limits.chatMessages = 4
        limits.chatBytes = 200
        limits.seatMessages = 20
        limits.seatBytes = 2_000
        limits.addressWrongTokens = 3
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
        if what % 15 == 0 || open.isEmpty { return connect(decisions.byte()) }
        let id = decisions.choice(of: open)
        // Nothing comes from who is stranded.
        if what % 15 < 8, stranded.contains(id) { return }
        switch what % 15 {
        case 1...3: join(decisions.choice(of: Self.rooms), decisions.choice(of: Self.waysIn), id)
        case 4: say(#"{"type":"leave"}"#, id)
        case 5: relay(to: decisions.choice(of: open), from: id)
        case 6: decide(about: decisions.choice(of: open), decisions.byte(), id)
        case 7: say(String(decoding: decisions.countedBytes(), as: UTF8.self), id)
        case 8: now += .milliseconds(Int(decisions.byte()) * 50)
        case 9: tick(answering: decisions.flag())
        case 10: retire(id)
        case 11: if memories[id] != nil, beliefs[id] != nil { stranded.insert(id) }
        case 12, 13: comeBack(decisions.byte())
        // What is rare has a number of its own.
        case 14 where what == 254: stop()
        case 14 where what == 239: noteCongestion(of: id, decisions.byte())
        default: disconnect(id)
        }
    }

    private mutating func connect(_ byte: UInt8) {
        connectionCount += 1
        let id = ConnectionID(rawValue: connectionCount)
        let actions = hub.connect(id, from: byte % 2 == 0 ? "192.0.2.1" : "192.0.2.2", at: now, using: &random)
        if actions.isEmpty { open.append(id) }
        require(!isStopped || !actions.isEmpty, "a hub that stops took a connection")
    }

    /// Whatever is said: nobody gets past a door by it who may not, and nobody guesses faster than is allowed.
    private mutating func say(_ text: String, _ id: ConnectionID) {
        let admissible = admissible(by: text, from: id)
        let room = requestedRoom(text)
        let actions = hub.receive(text, from: id, at: now)
        for case .send(let said, let target) in actions {
            if said.hasPrefix(#"{"type":"joined""#) {
                require(target == admissible, "somebody got past a door: \(text)")
            }
            if target == id, said.hasPrefix(#"{"type":"error","code":"wrong-pin""#), let room {
                guesses.count(of: hub.members[id]?.address ?? "", for: room, at: now, limits: hub.limits)
            }
        }
        if case .leave = try? ClientMessage(parsing: text) { forgetRoom(id, unlessAnswered: actions) }
        apply(actions)
    }

    private mutating func join(_ room: String, _ way: String, _ id: ConnectionID) {
        say(#"{"type":"join","room":"\#(room)"\#(way)}"#, id)
    }

    /// About the door of the room, those in front of it, and what is said in it.
    private mutating func decide(about other: ConnectionID, _ byte: UInt8, _ id: ConnectionID) {
        let target = hub.peerID(of: other) ?? ""
        let messages = [
            #"{"type":"room","locked":true}"#, #"{"type":"room","locked":false,"pin":null}"#,
            #"{"type":"room","pin":"1234"}"#, #"{"type":"room","pin":"12345","locked":false}"#,
            #"{"type":"admit","target":"\#(target)"}"#, #"{"type":"decline","target":"\#(target)"}"#,
            #"{"type":"chat","text":"a text of thirty-two characters."}"#, #"{"type":"state","hand":true,"name":""}"#,
        ]
        say(messages[Int(byte) % messages.count], id)
    }

    /// Leaving is not answered: a member forgets its room, unless it gets an error.
    private mutating func forgetRoom(_ id: ConnectionID, unlessAnswered actions: [HubAction]) {
        let isAnswered = actions.contains { action in
            switch action {
            case .send(_, let target), .close(let target, _): target == id
            case .ping: false
            }
        }
        if !isAnswered, beliefs.removeValue(forKey: id) != nil { memories[id] = nil }
    }

    private mutating func relay(to target: ConnectionID, from id: ConnectionID) {
        let peerID = hub.peerID(of: target) ?? ""
        let isKnown = beliefs[id]?.peers.contains(peerID) == true
        let text = #"{"type":"ice-candidate","target":"\#(peerID)","candidate":null}"#
        let actions = hub.receive(text, from: id, at: now)
        for case .send(let text, target) in actions where text.contains("\"ice-candidate\"") {
            require(isKnown, "a message from one room to another")
        }
        apply(actions)
    }

    private mutating func retire(_ id: ConnectionID) {
        lose(id)
        apply(hub.retire(id, at: now))
    }

    private mutating func disconnect(_ id: ConnectionID) {
        open.removeAll { $0 == id }
        stranded.remove(id)
        apply(hub.disconnect(id, at: now), gone: id)
    }

    /// Nothing is heard by a connection any more.
    private mutating func lose(_ id: ConnectionID) {
        guard let belief = beliefs.removeValue(forKey: id) else { return }
        memories[id]?.belief = belief
    }

    private mutating func tick(answering: Bool) {
        let actions = hub.tick(at: now)
        require(hub.seats.expired(at: now).isEmpty, "a seat outlives its hold")
        apply(actions)
        for case .ping(let id, let number) in actions where answering && !stranded.contains(id) {
            hub.hear(id, answering: number, at: now)
        }
    }

    /// Of those who were lost, or are and do not know, one comes by a new connection, with its token or another.
    private mutating func comeBack(_ byte: UInt8) {
        let lost = memories.keys.filter { beliefs[$0] == nil || stranded.contains($0) }
        guard let old = lost.max(by: { $0.rawValue < $1.rawValue }), var memory = memories[old] else { return }
        let known = open.count
        connect(byte)
        guard open.count > known, let id = open.last else { return }
        let token = byte % 8 == 7 ? "0" : memory.token
        let fields = #""peerId":"\#(memory.peerID)","resumeToken":"\#(token)","received":\#(memory.received)"#
        let actions = hub.receive(#"{"type":"resume",\#(fields)}"#, from: id, at: now)
        if let resumed = resumed(actions, id) {
            require(token == memory.token && hub.peerID(of: id) == memory.peerID, "a seat for a wrong token")
            beliefs[id] = beliefs.removeValue(forKey: old) ?? memory.belief
            memories[old] = nil
            memory.token = resumed.string("resumeToken") ?? ""
            memories[id] = memory
        } else if token == memory.token {
            // Whose seat is given up for that is closed; who guessed too often before only has to wait.
            memories[old] = nil
        }
        apply(actions)
    }

    private func resumed(_ actions: [HubAction], _ id: ConnectionID) -> JSONObject? {
        for case .send(let text, id) in actions {
            let said = try? JSONObject(parsing: Array(text.utf8))
            return said?.string("type") == "resumed" ? said : nil
        }
        return nil
    }

    /// Members are told of it by ids that they know, and never too often.
    private mutating func noteCongestion(of id: ConnectionID, _ byte: UInt8) {
        let peerID = hub.peerID(of: id) ?? ""
        let note = CongestionNote(
            peerID: peerID,
            room: hub.room(of: id)?.name ?? Self.rooms[0],
            queueDelay: .milliseconds(Int(byte) * 4),
            dropped: Int(byte)
        )
        let actions = hub.noteCongestion(note, at: now)
        for case .send(_, let target) in actions {
            let isKnown = stranded.contains(target) || beliefs[target]?.peers.contains(peerID) == true
            require(target != id && isKnown, "congestion of a stranger is told")
        }
        require(hub.noteCongestion(note, at: now).isEmpty, "congestion is told too often")
        apply(actions)
    }

    private mutating func stop() {
        isStopped = true
        apply(hub.stop(at: now))
        require(beliefs.isEmpty, "members that were not told of the end")
    }

    // MARK: What members are told

    private mutating func apply(_ actions: [HubAction], gone: ConnectionID? = nil) {
        if let gone { lose(gone) }
        for action in actions {
            switch action {
            case .ping: break
            case .close(let id, _): lose(id)
            case .send(let text, let id):
                require(open.contains(id), "a message for a connection that is gone")
                if !stranded.contains(id) { believe(text, id) }
            }
        }
        guesses.forget { hub.rooms[$0] == nil }
    }

    private mutating func believe(_ text: String, _ id: ConnectionID) {
        guard let said = try? JSONObject(parsing: Array(text.utf8)), let type = said.string("type") else {
            fatalError("no message: \(text)")
        }
        require(said["pin"] == nil, "a PIN was told: \(text)")
        if type != "resumed" { memories[id]?.received += 1 }
        switch type {
        case "error", "resumed": break
        case "waiting": require(beliefs[id] == nil, "a member waits for a room while it is in one")
        case "joined":
            require(beliefs[id] == nil, "a member is in two rooms")
            beliefs[id] = RoomBelief(joined: text, door: RoomBelief.Door(said))
            memories[id] = said.string("resumeToken").map { SeatMemory(peerID: said.string("peerId") ?? "", token: $0) }
        default:
            require(beliefs[id] != nil, "somebody who is in no room was told: \(text)")
            beliefs[id]?.update(type, said)
        }
    }
}
