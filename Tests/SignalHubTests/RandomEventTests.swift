// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SignalHub

/// Thousands of events in random order; after each of them the members' own picture of who is in their room, drawn from
/// nothing but the messages they got, must be the truth.
struct RandomEventTests {
    @Test(arguments: 1...20) func `members always know who is in their room`(seed: UInt64) throws {
        var world = RandomWorld(seed: seed)
        for _ in 0..<1500 {
            try world.step()
            try world.check()
        }
        try world.disconnectAll()
        world.fixture.now += .seconds(30)
        #expect(world.fixture.hub.tick(at: world.fixture.now).isEmpty)
        #expect(world.fixture.hub.memberCount == 0)
        #expect(world.returns > 3)
        #expect(world.fixture.hub.roomCount == 0)
        #expect(world.fixture.hub.connectionCount == 0)
        #expect(world.joins > 50)
    }
}

/// Connections that do random things, and what each of them believes.
private struct RandomWorld {
    var fixture: HubFixture
    var random: SplitMix
    var joins = 0
    var returns = 0
    private var open: [ConnectionID] = []
    /// The members a connection believes to be in its room; no entry outside of rooms.
    private var beliefs: [ConnectionID: Set<String>] = [:]
    /// What those need who have a seat to come back to, connected or not.
    private var memories: [ConnectionID: Memory] = [:]
    /// Connections that carry nothing any more, as nobody knows yet.
    private var stranded: Set<ConnectionID> = []

    private struct Memory {
        let peerID: String
        var token: String
        var received = 1
        /// Of one that is not connected.
        var belief: Set<String> = []
    }

    init(seed: UInt64) {
        random = SplitMix(state: seed)
        fixture = HubFixture {
            $0.roomSize = 4
            $0.connections = 30
            $0.connectionsPerAddress = 12
            $0.messageBurst = 15
            $0.messagesPerSecond = 3
            $0.toleratedDrops = 4
            $0.seatMessages = 40
            $0.seatBytes = 4096
            $0.pingInterval = .seconds(2)
        }
    }

    mutating func step() throws {
        fixture.now += .milliseconds(Int.random(in: 0...400, using: &random))
        guard let id = open.randomElement(using: &random), Int.random(in: 0..<10, using: &random) > 1 else {
            return try connect()
        }
        let event = Int.random(in: 0..<24, using: &random)
        // Nothing comes from who is stranded.
        if event < 18, stranded.contains(id) { return }
        switch event {
        case 0..<7: try join(id)
        case 7: try decide(id)
        case 8..<11: try leave(id)
        case 11..<15: try relay(id)
        case 15: try tick()
        case 16: fixture.hub.hear(id, at: fixture.now)
        case 17: try apply(fixture.say("{garbage", id))
        case 18:
            lose(id)
            try apply(fixture.retire(id))
        case 19: if memories[id] != nil, beliefs[id] != nil { stranded.insert(id) }
        case 20..<23: try comeBack()
        default: try disconnect(id)
        }
    }

    /// Whoever can, answers.
    private mutating func tick() throws {
        let actions = fixture.hub.tick(at: fixture.now)
        let isExpired = fixture.hub.seats.seats.values.contains { $0.hold.map { $0.until <= fixture.now } == true }
        #expect(!isExpired, "a seat outlives its hold")
        try apply(actions)
        for case .ping(let id, let number) in actions where !stranded.contains(id) && Bool.random(using: &random) {
            fixture.hub.hear(id, answering: number, at: fixture.now)
        }
    }

    /// Nothing is heard by a connection any more.
    private mutating func lose(_ id: ConnectionID) {
        guard let belief = beliefs.removeValue(forKey: id) else { return }
        memories[id]?.belief = belief
    }

    private mutating func comeBack() throws {
        let lost = memories.keys.filter { beliefs[$0] == nil || stranded.contains($0) }
        let latest = lost.sorted { $0.rawValue < $1.rawValue }.suffix(2)
        guard let old = latest.randomElement(using: &random) else { return }
        let (id, refusal) = fixture.tryToConnect(from: "192.0.2.4")
        guard refusal.isEmpty, var memory = memories.removeValue(forKey: old) else { return }
        open.append(id)
        memory.belief = beliefs.removeValue(forKey: old) ?? memory.belief
        let (peerID, token) = (memory.peerID, memory.token)
        let fields = #""peerId":"\#(peerID)","resumeToken":"\#(token)","received":\#(memory.received)"#
        let actions = fixture.say(#"{"type":"resume",\#(fields)}"#, id)
        if let resumed = try actions.said(to: id).first, resumed.type == "resumed" {
            returns += 1
            memory.token = try #require(resumed.resumeToken)
            memories[id] = memory
            beliefs[id] = memory.belief
            #expect(fixture.peerID(id) == memory.peerID)
        }
        try apply(actions)
    }

    private mutating func connect() throws {
        let address = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].randomElement(using: &random) ?? ""
        let (id, actions) = fixture.tryToConnect(from: address)
        if actions.isEmpty { open.append(id) } else { #expect(actions.closes == [id: 1013]) }
    }

    private mutating func join(_ id: ConnectionID) throws {
        joins += 1
        let room = ["a", "b", "c"].randomElement(using: &random) ?? ""
        let way = ["", #","pin":"1234""#, #","pin":"9999""#, #","knock":true"#].randomElement(using: &random) ?? ""
        let seat = Bool.random(using: &random) ? #","resume":true"# : ""
        try apply(fixture.say(#"{"type":"join","room":"\#(room)"\#(way)\#(seat)}"#, id))
    }

    /// About the door of the room, and about those in front of it.
    private mutating func decide(_ id: ConnectionID) throws {
        let target = fixture.peerID(open.randomElement(using: &random) ?? id)
        let messages = [
            #"{"type":"room","locked":true}"#, #"{"type":"room","locked":false,"pin":null}"#,
            #"{"type":"room","pin":"1234"}"#, #"{"type":"admit","target":"\#(target)"}"#,
            #"{"type":"admit","target":"\#(target)"}"#, #"{"type":"decline","target":"\#(target)"}"#,
            #"{"type":"chat","text":"hello"}"#, #"{"type":"state","hand":true}"#,
        ]
        try apply(fixture.say(messages.randomElement(using: &random) ?? "", id))
    }

    private mutating func leave(_ id: ConnectionID) throws {
        let actions = fixture.say(#"{"type":"leave"}"#, id)
        // Leaving is not answered: the member forgets its room, unless it got an error.
        if beliefs[id] != nil, try actions.said(to: id).isEmpty, actions.closes.isEmpty {
            beliefs[id] = nil
            memories[id] = nil
        }
        try apply(actions)
    }

    private mutating func relay(_ id: ConnectionID) throws {
        let target = open.randomElement(using: &random) ?? id
        let peerID = fixture.peerID(target)
        let isKnown = beliefs[id]?.contains(peerID) == true
        let actions = fixture.say(#"{"type":"ice-candidate","target":"\#(peerID)","candidate":null}"#, id)
        let delivered = try actions.said(to: target).filter { $0.type == "ice-candidate" }
        #expect(delivered.allSatisfy { isKnown && $0.from == fixture.peerID(id) })
        try apply(actions)
    }

    private mutating func disconnect(_ id: ConnectionID) throws {
        open.removeAll { $0 == id }
        lose(id)
        stranded.remove(id)
        try apply(fixture.disconnect(id))
    }

    mutating func disconnectAll() throws {
        for id in open {
            try disconnect(id)
            try check()
        }
    }

    private mutating func apply(_ actions: [HubAction]) throws {
        for action in actions {
            switch action {
            case .ping: break
            case .close(let id, _): lose(id)
            case .send(let text, let id):
                #expect(open.contains(id), "said to nobody")
                if !stranded.contains(id) { try believe(Said(text), id) }
            }
        }
    }

    private mutating func believe(_ said: Said, _ id: ConnectionID) throws {
        let peer = said.peerId ?? ""
        if said.type != "resumed" { memories[id]?.received += 1 }
        switch said.type {
        case "joined":
            #expect(beliefs[id] == nil)
            beliefs[id] = Set(said.peers ?? [])
            memories[id] = said.resumeToken.map { Memory(peerID: peer, token: $0) }
        case "peer-joined":
            // Told exactly once: a member that is known already is not announced again.
            #expect(beliefs[id]?.insert(peer).inserted == true)
        case "peer-left":
            #expect(beliefs[id]?.remove(peer) != nil)
        default:
            let others = ["resumed", "room", "waiting", "knock", "knock-ended", "peer-state", "chat", "chat-history"]
            #expect((["error", "ice-candidate"] + others).contains(said.type))
        }
    }

    private func checkSeats(_ occupants: [Room.Occupant]) {
        let seats = fixture.hub.seats
        let held = seats.seats.filter { $0.value.hold != nil }
        #expect(Set(held.keys) == Set(occupants.filter(\.isAway).map(\.connection)), "a seat of nobody")
        #expect(held.count == seats.heldCount)
        for (id, seat) in seats.seats {
            #expect(occupants.contains { $0.connection == id && $0.peerID == seat.peerID }, "a seat of nobody")
            #expect(!seat.outbox.exceeds(fixture.hub.limits), "too much is kept")
        }
    }

    func check() throws {
        let occupants = fixture.hub.rooms.values.flatMap(\.occupants)
        #expect(Set(occupants.map(\.connection)).count == occupants.count, "a member is in two rooms")
        #expect(occupants.count == fixture.hub.memberCount)
        #expect(Set(occupants.map(\.peerID)).count == occupants.count, "two connections hold one seat")
        #expect(Set(occupants.filter { !$0.isAway }.map(\.connection)) == Set(beliefs.keys))
        checkSeats(occupants)
        #expect(fixture.hub.connectionCount == open.count)
        for room in fixture.hub.rooms.values {
            #expect((1...4).contains(room.occupants.count), "an empty or overfull room")
            let waiting = fixture.hub.members.filter { $0.value.phase == .waiting(room: room.name) }.keys
            #expect(Set(room.waiting.map(\.connection)) == Set(waiting), "somebody waits in vain")
            let peers = Set(room.occupants.map(\.peerID))
            for occupant in room.occupants where !occupant.isAway && !stranded.contains(occupant.connection) {
                #expect(beliefs[occupant.connection] == peers.subtracting([occupant.peerID]))
            }
        }
    }
}
