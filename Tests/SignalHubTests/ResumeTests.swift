// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SignalHub

/// A member whose connection is lost comes back to its seat.
struct ResumeTests {
    var fixture = HubFixture()

    /// A member that can come back, as it would know it.
    struct Seated {
        var id: ConnectionID
        let peerID: String
        var token: String
        var received = 1

        mutating func hear(_ actions: [HubAction]) throws {
            let said = try actions.said(to: id)
            received += said.count
            for message in said where message.type == "resumed" {
                token = try #require(message.resumeToken)
                received -= 1
            }
        }
    }

    private mutating func seated(in room: String = "default", _ more: String = "") throws -> Seated {
        let id = fixture.connect()
        let said = try fixture.say(#"{"type":"join","room":"\#(room)","resume":true\#(more)}"#, id).said(to: id)
        let joined = try #require(said.first)
        return Seated(
            id: id,
            peerID: try #require(joined.peerId),
            token: try #require(joined.resumeToken),
            received: said.count
        )
    }

    /// By a new connection.
    private mutating func resume(_ seat: inout Seated, from address: String = "192.0.2.9") throws -> [HubAction] {
        seat.id = fixture.connect(from: address)
        let actions = fixture.say(request(seat), seat.id)
        try seat.hear(actions)
        return actions
    }

    private func request(_ seat: Seated, received: Int? = nil) -> String {
        let fields = #""peerId":"\#(seat.peerID)","resumeToken":"\#(seat.token)""#
        return #"{"type":"resume",\#(fields),"received":\#(received ?? seat.received)}"#
    }

    private func offer(_ sdp: String, to target: String) -> String {
        #"{"type":"offer","target":"\#(target)","sdp":{"type":"offer","sdp":"\#(sdp)"}}"#
    }

    // MARK: The seat

    @Test mutating func `only who asks for it gets a token, and nobody else hears it`() throws {
        let plain = fixture.connect()
        #expect(try fixture.join("default", plain).said(to: plain).first?.resumeToken == nil)
        let id = fixture.connect()
        let actions = fixture.say(#"{"type":"join","room":"default","resume":true}"#, id)
        let joined = try #require(try actions.said(to: id).first)
        #expect(joined.hold == 30)
        let token = try #require(joined.resumeToken)
        // 192 bits in hexadecimal.
        #expect(token.count == 48)
        for case .send(let text, plain) in actions { #expect(!text.contains(token)) }
        #expect(!"\(fixture.hub)".contains(token))
    }

    @Test mutating func `who asked for nothing is gone at once`() throws {
        let stays = fixture.member()
        let plain = fixture.member()
        #expect(try fixture.disconnect(plain).said(to: stays).map(\.type) == ["peer-left"])
    }

    @Test mutating func `who is lost is away, and comes back as the same`() throws {
        var ana = try seated(in: "default", #","name":"Ana","hand":true"#)
        let ben = fixture.member()
        let lost = try fixture.retire(ana.id).said(to: ben)
        #expect(lost.map(\.type) == ["peer-state"])
        #expect(lost.first?.away == true && lost.first?.name == "Ana" && lost.first?.hand == true)
        #expect(fixture.disconnect(ana.id).isEmpty)
        #expect(fixture.hub.memberCount == 2 && fixture.hub.connectionCount == 1)
        fixture.now += .seconds(29)
        fixture.hub.hear(ben, at: fixture.now)
        #expect(try fixture.hub.tick(at: fixture.now).said(to: ben).isEmpty)
        let actions = try resume(&ana)
        #expect(fixture.peerID(ana.id) == ana.peerID)
        let back = try actions.said(to: ben)
        #expect(back.map(\.type) == ["peer-state"])
        #expect(back.first?.away == nil && back.first?.name == "Ana" && back.first?.hand == true)
        let resumed = try #require(try actions.said(to: ana.id).first)
        #expect(resumed.type == "resumed" && resumed.hold == 30)
        #expect(resumed.iceServers?.first?.username == ana.peerID)
        // It is the host that it was.
        #expect(try fixture.say(#"{"type":"room","locked":true}"#, ana.id).said(to: ben).map(\.type) == ["room"])
        #expect(fixture.hub.memberCount == 2 && fixture.hub.connectionCount == 2)
    }

    @Test mutating func `a seat is held for 30 seconds`() throws {
        var ana = try seated()
        let ben = fixture.member()
        _ = fixture.disconnect(ana.id)
        fixture.now += .seconds(30)
        fixture.hub.hear(ben, at: fixture.now)
        let said = try fixture.hub.tick(at: fixture.now).said(to: ben)
        #expect(said.map(\.type) == ["peer-left", "room"])
        #expect(said.first?.peerId == ana.peerID && said.last?.host == fixture.peerID(ben))
        let late = try resume(&ana)
        #expect(try late.errorCode(for: ana.id) == "resume-failed")
        #expect(try fixture.join("default", ana.id).said(to: ana.id).first?.peers == [fixture.peerID(ben)])
    }

    @Test mutating func `a silent connection is lost, and its seat is held`() throws {
        var ana = try seated()
        let ben = fixture.member()
        for _ in 0..<12 {
            fixture.now += .seconds(1)
            fixture.hub.hear(ben, at: fixture.now)
            let actions = fixture.hub.tick(at: fixture.now)
            if actions.closes == [ana.id: 1008] { #expect(try actions.said(to: ben).first?.away == true) }
        }
        #expect(fixture.hub.memberCount == 2)
        #expect(try resume(&ana).said(to: ben).map(\.type) == ["peer-state"])
    }

    @Test mutating func `who leaves is gone at once`() throws {
        var ana = try seated()
        let ben = fixture.member()
        #expect(try fixture.say(#"{"type":"leave"}"#, ana.id).said(to: ben).map(\.type) == ["peer-left", "room"])
        #expect(fixture.disconnect(ana.id).isEmpty)
        #expect(try resume(&ana).errorCode(for: ana.id) == "resume-failed")
    }

    @Test mutating func `the last of a room may come back to it`() throws {
        var ana = try seated()
        _ = fixture.say(#"{"type":"room","pin":"2468","locked":true}"#, ana.id)
        ana.received += 1
        _ = fixture.disconnect(ana.id)
        #expect(fixture.hub.roomCount == 1)
        let stranger = fixture.connect()
        #expect(try fixture.join("default", stranger).errorCode(for: stranger) == "pin-required")
        // Neither PIN nor lock are for who has a seat.
        #expect(try resume(&ana).said(to: ana.id).first?.type == "resumed")
        _ = fixture.disconnect(ana.id)
        fixture.now += .seconds(31)
        _ = fixture.hub.tick(at: fixture.now)
        #expect(fixture.hub.roomCount == 0 && fixture.hub.memberCount == 0)
        #expect(fixture.hub.seats.heldCount == 0)
    }

    @Test mutating func `who waits at a door when the last seat is given up is told`() throws {
        let ana = try seated()
        _ = fixture.say(#"{"type":"room","locked":true}"#, ana.id)
        let waiting = fixture.connect()
        _ = fixture.join("default", waiting)
        _ = fixture.disconnect(ana.id)
        fixture.now += .seconds(30)
        fixture.hub.hear(waiting, at: fixture.now)
        #expect(try fixture.hub.tick(at: fixture.now).said(to: waiting).map(\.code) == ["room-closed"])
    }

    @Test mutating func `a connection that looks alive gives its seat up to who has the token`() throws {
        var ana = try seated()
        let ben = fixture.member()
        ana.received += 1
        let old = ana.id
        let actions = try resume(&ana)
        #expect(actions.closes == [old: 1000])
        // Nobody else notices.
        #expect(try actions.said(to: ben).isEmpty)
        #expect(fixture.say(#"{"type":"leave"}"#, old).isEmpty)
        #expect(fixture.retire(old).isEmpty && fixture.disconnect(old).isEmpty)
        #expect(try fixture.say(offer("v=0", to: ana.peerID), ben).said(to: ana.id).map(\.type) == ["offer"])
        #expect(fixture.hub.memberCount == 2)
    }

    @Test mutating func `a newcomer finds who is away, and may offer to it`() throws {
        var ana = try seated()
        _ = try seated()
        ana.received += 1
        _ = fixture.disconnect(ana.id)
        let late = fixture.connect()
        let joined = try #require(try fixture.join("default", late).said(to: late).first)
        #expect(joined.peers?.first == ana.peerID && joined.members?.map(\.away) == [true, nil])
        #expect(fixture.say(offer("v=0", to: ana.peerID), late).isEmpty)
        #expect(try resume(&ana).said(to: ana.id).map(\.type) == ["resumed", "peer-joined", "offer"])
    }

    // MARK: What was missed

    @Test mutating func `nothing is missed and nothing comes twice, whatever was on the way`() throws {
        var ana = try seated()
        let ben = fixture.member()
        ana.received += 1
        try ana.hear(fixture.say(#"{"type":"chat","text":"one"}"#, ben))
        // Sent, and lost with the connection.
        _ = fixture.say(#"{"type":"chat","text":"two"}"#, ben)
        _ = fixture.say(offer("lost", to: ana.peerID), ben)
        _ = fixture.disconnect(ana.id)
        _ = fixture.say(offer("kept", to: ana.peerID), ben)
        _ = fixture.say(#"{"type":"chat","text":"three"}"#, ben)
        let said = try resume(&ana).said(to: ana.id)
        #expect(said.map(\.type) == ["resumed", "chat", "offer", "offer", "chat"])
        #expect(said.compactMap(\.text) == ["two", "three"])
        #expect(try fixture.say(#"{"type":"chat","text":"four"}"#, ben).said(to: ana.id).compactMap(\.text) == ["four"])
        ana.received += 1
        _ = fixture.disconnect(ana.id)
        #expect(try resume(&ana).said(to: ana.id).map(\.type) == ["resumed"])
    }

    @Test mutating func `a member learns how many of its messages have arrived`() throws {
        var ana = try seated()
        for text in [#"{"type":"chat","text":"hello"}"#, "garbage", #"{"type":"state","hand":true}"#] {
            try ana.hear(fixture.say(text, ana.id))
        }
        // May have crossed with the answer that let it in.
        try ana.hear(fixture.say(#"{"type":"join","room":"default"}"#, ana.id))
        _ = fixture.disconnect(ana.id)
        #expect(try resume(&ana).said(to: ana.id).first?.received == 3)
    }

    @Test mutating func `what has arrived is not kept`() throws {
        let ana = try seated()
        let ben = fixture.member()
        let kept = { (fixture: HubFixture) in fixture.hub.seats[ana.id]?.outbox.keptCount ?? 0 }
        for _ in 0..<20 { _ = fixture.say(#"{"type":"chat","text":"hello"}"#, ben) }
        #expect(kept(fixture) == 22)
        // What came before the ping before the one that is answered has been read as well as received.
        var numbers: [Int] = []
        for _ in 0..<3 {
            fixture.now += .seconds(5)
            for case .ping(ana.id, let number) in fixture.hub.tick(at: fixture.now) { numbers.append(number) }
            fixture.hub.hear(ben, at: fixture.now)
            fixture.hub.hear(ana.id, answering: numbers.last, at: fixture.now)
        }
        #expect(numbers == [0, 22, 22])
        #expect(kept(fixture) == 0)
        fixture.hub.hear(ana.id, answering: -5, at: fixture.now)
        fixture.hub.hear(ana.id, answering: .max, at: fixture.now)
        fixture.hub.hear(ana.id, answering: .min, at: fixture.now)
        #expect(fixture.hub.seats[ana.id]?.outbox.count == 22)
    }

    @Test(arguments: [0, 4, 99, 1 << 53 - 1])
    mutating func `who has got less than is kept, or more than was sent, joins anew`(received: Int) throws {
        fixture = HubFixture { $0.seatMessages = 2 }
        let ana = try seated()
        let ben = fixture.member()
        _ = fixture.say(#"{"type":"chat","text":"hello"}"#, ben)
        let id = fixture.connect()
        let actions = fixture.say(request(ana, received: received), id)
        #expect(try actions.said(to: id).map(\.code) == ["resume-failed"])
        // Its seat is of no use any more: the others must not see it twice.
        #expect(try actions.said(to: ben).map(\.type) == ["peer-left", "room"])
        #expect(actions.closes == [ana.id: 1000])
        #expect(fixture.hub.memberCount == 1)
    }

    @Test(arguments: [(4, 256 * 1024), (500, 400)])
    mutating func `a seat for which too much is kept is given up`(messages: Int, bytes: Int) throws {
        fixture = HubFixture {
            $0.seatMessages = messages
            $0.seatBytes = bytes
        }
        var ana = try seated()
        let ben = fixture.member()
        let carl = fixture.member()
        _ = fixture.disconnect(ana.id)
        var said: [Said] = []
        for _ in 0..<10 where said.isEmpty {
            let actions = fixture.say(offer(String(repeating: "s", count: 100), to: ana.peerID), ben)
            said = try actions.said(to: carl)
            #expect((fixture.hub.seats[ana.id]?.outbox.keptCount ?? 0) <= messages)
            #expect((fixture.hub.seats[ana.id]?.outbox.byteCount ?? 0) <= bytes)
        }
        #expect(said.map(\.type) == ["peer-left", "room"])
        #expect(try fixture.say(offer("v=0", to: ana.peerID), ben).errorCode(for: ben) == "unknown-peer")
        #expect(try resume(&ana).errorCode(for: ana.id) == "resume-failed")
    }

    // MARK: Tokens

    @Test mutating func `a token is good once, and each return brings a new one`() throws {
        var ana = try seated()
        let first = ana.token
        _ = fixture.disconnect(ana.id)
        _ = try resume(&ana)
        #expect(ana.token != first)
        // The answer may be lost: until the member has shown that it got it, the old token is good.
        let second = ana.token
        ana.token = first
        _ = try resume(&ana)
        #expect(fixture.peerID(ana.id) == ana.peerID)
        for known in [second, first] {
            var thief = ana
            if known == first { fixture.hub.hear(ana.id, answering: 0, at: fixture.now) }
            thief.token = known
            #expect(try resume(&thief).errorCode(for: thief.id) == "resume-failed")
        }
        #expect(fixture.hub.memberCount == 1)
    }

    @Test mutating func `a word of the member ends the old token as well`() throws {
        var ana = try seated()
        let first = ana.token
        _ = try resume(&ana)
        try ana.hear(fixture.say(#"{"type":"ice-servers"}"#, ana.id))
        ana.token = first
        #expect(try resume(&ana).errorCode(for: ana.id) == "resume-failed")
    }

    @Test mutating func `what is no token, or another's, opens nothing`() throws {
        let ana = try seated()
        let ben = try seated()
        _ = fixture.disconnect(ana.id)
        let wrong = ["", "0", ana.token + "0", String(ana.token.dropLast()), ana.token.uppercased() + "!", ben.token]
        for token in wrong {
            var thief = ana
            thief.token = token
            #expect(try resume(&thief).errorCode(for: thief.id) == "resume-failed")
        }
        var stranger = ana
        stranger = Seated(id: ana.id, peerID: "nobody", token: ana.token)
        #expect(try resume(&stranger).errorCode(for: stranger.id) == "resume-failed")
    }

    @Test mutating func `guessing is limited for each address`() throws {
        fixture = HubFixture { $0.addressWrongTokens = 3 }
        var ana = try seated()
        _ = fixture.disconnect(ana.id)
        var thief = ana
        thief.token = "guess"
        for _ in 0..<3 { _ = try resume(&thief, from: "192.0.2.66") }
        let guesser = fixture.connect(from: "192.0.2.66")
        #expect(try fixture.say(request(ana), guesser).errorCode(for: guesser) == "resume-failed")
        #expect(fixture.hub.tokenGuard.buckets.count == 1)
        #expect(try resume(&ana).said(to: ana.id).first?.type == "resumed")
        fixture.now += .seconds(10)
        _ = fixture.hub.tick(at: fixture.now)
        #expect(fixture.hub.tokenGuard.buckets.isEmpty)
    }

    @Test mutating func `a hub that was started anew knows no token`() throws {
        var ana = try seated()
        fixture = HubFixture()
        #expect(try resume(&ana).errorCode(for: ana.id) == "resume-failed")
        #expect(try fixture.join("default", ana.id).said(to: ana.id).first?.type == "joined")
    }

    @Test mutating func `who is in a room takes no other seat`() throws {
        let ana = try seated()
        let ben = fixture.member()
        #expect(try fixture.say(request(ana), ben).errorCode(for: ben) == "already-joined")
        #expect(try fixture.say(request(ana), ana.id).errorCode(for: ana.id) == "already-joined")
    }

    @Test mutating func `who waits at another door may come back`() throws {
        var ana = try seated()
        _ = fixture.disconnect(ana.id)
        let host = fixture.member(of: "locked")
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        ana.id = fixture.connect()
        _ = fixture.join("locked", ana.id)
        let actions = fixture.say(request(ana), ana.id)
        #expect(try actions.said(to: host).map(\.type) == ["knock-ended"])
        #expect(try actions.said(to: ana.id).map(\.type) == ["resumed"])
    }

    // MARK: Limits

    @Test mutating func `a seat that is held counts for the room`() throws {
        fixture = HubFixture { $0.roomSize = 1 }
        let ana = try seated()
        _ = fixture.disconnect(ana.id)
        let ben = fixture.connect()
        #expect(try fixture.join("default", ben).errorCode(for: ben) == "room-full")
        fixture.now += .seconds(30)
        fixture.hub.hear(ben, at: fixture.now)
        _ = fixture.hub.tick(at: fixture.now)
        #expect(try fixture.join("default", ben).said(to: ben).first?.type == "joined")
    }

    @Test mutating func `an address holds as many seats as it may have connections, and so do all together`() throws {
        for (address, all) in [(2, 10), (10, 2)] {
            fixture = HubFixture {
                $0.connectionsPerAddress = address
                $0.connections = all
            }
            for round in 0..<4 {
                let ana = try seated(in: "\(round)")
                _ = fixture.disconnect(ana.id)
                #expect(fixture.hub.seats.heldCount == min(round + 1, 2))
            }
            // They keep nobody from connecting, least of all those who come back.
            #expect(fixture.tryToConnect().actions.isEmpty)
        }
    }

    @Test mutating func `a stopping hub holds no seat`() throws {
        let ana = try seated()
        let ben = try seated()
        _ = fixture.disconnect(ana.id)
        #expect(fixture.hub.stop(at: fixture.now).closes == [ben.id: 1001])
        #expect(fixture.hub.memberCount == 0 && fixture.hub.seats.heldCount == 0)
        #expect(fixture.disconnect(ben.id).isEmpty)
        fixture.now += .seconds(60)
        #expect(fixture.hub.tick(at: fixture.now).isEmpty)
    }
}
