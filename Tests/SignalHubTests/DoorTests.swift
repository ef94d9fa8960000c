// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

/// PIN, lock, and people who wait to be let in.
struct DoorTests {
    var fixture = HubFixture()

    private mutating func knock(_ id: ConnectionID, name: String = "Zoë") -> [HubAction] {
        fixture.say(#"{"type":"join","room":"default","name":"\#(name)","knock":true}"#, id)
    }

    private mutating func join(pin: String, _ id: ConnectionID) -> [HubAction] {
        fixture.say(#"{"type":"join","room":"default","pin":"\#(pin)"}"#, id)
    }

    private mutating func setPIN(_ pin: String = "2468", _ id: ConnectionID) -> [HubAction] {
        fixture.say(#"{"type":"room","pin":"\#(pin)"}"#, id)
    }

    @Test mutating func `the first is the host, and after it who came next`() throws {
        let first = fixture.connect()
        let joined = try #require(try fixture.join("default", first).said(to: first).first)
        #expect(joined.host == fixture.peerID(first) && joined.locked == false && joined.hasPin == false)
        let second = fixture.connect()
        #expect(try fixture.join("default", second).said(to: second).first?.host == fixture.peerID(first))
        let third = fixture.member()
        let said = try fixture.disconnect(first).said(to: third)
        #expect(said.map(\.type) == ["peer-left", "room"])
        #expect(said.last?.host == fixture.peerID(second))
        // Who was not the host changes nothing by leaving.
        #expect(try fixture.disconnect(third).said(to: second).map(\.type) == ["peer-left"])
    }

    @Test mutating func `only the host changes the door, and everybody is told, but not the PIN`() throws {
        let host = fixture.member()
        let guest = fixture.member()
        #expect(try fixture.say(#"{"type":"room","locked":true}"#, guest).errorCode(for: guest) == "not-host")
        let actions = setPIN("2468", host)
        for id in [host, guest] {
            let said = try actions.said(to: id)
            #expect(said.map(\.hasPin) == [true] && said.first?.locked == false)
        }
        #expect(!"\(actions)".contains("2468"))
        let removed = fixture.say(#"{"type":"room","pin":null,"locked":true}"#, host)
        #expect(try removed.said(to: guest).first?.hasPin == false)
        let outside = fixture.connect()
        #expect(try fixture.say(#"{"type":"room","locked":true}"#, outside).errorCode(for: outside) == "not-joined")
    }

    @Test mutating func `a room with a PIN takes those who know it`() throws {
        let host = fixture.member()
        _ = setPIN("2468", host)
        let guest = fixture.connect()
        #expect(try fixture.join("default", guest).errorCode(for: guest) == "pin-required")
        #expect(try join(pin: "1357", guest).errorCode(for: guest) == "wrong-pin")
        #expect(try join(pin: "24680", guest).errorCode(for: guest) == "wrong-pin")
        let joined = try #require(try join(pin: "2468", guest).said(to: guest).first)
        #expect(joined.type == "joined" && joined.hasPin == true)
        // A PIN where none is needed does not harm.
        let elsewhere = fixture.connect()
        let text = #"{"type":"join","room":"elsewhere","pin":"1"}"#
        #expect(try fixture.say(text, elsewhere).said(to: elsewhere).first?.type == "joined")
    }

    @Test mutating func `after five wrong PINs an address waits, others don't`() throws {
        let host = fixture.member()
        _ = setPIN("2468", host)
        let attacker = fixture.connect(from: "198.51.100.1")
        for number in 1000..<1005 {
            #expect(try join(pin: "\(number)", attacker).errorCode(for: attacker) == "wrong-pin")
        }
        #expect(try join(pin: "2468", attacker).errorCode(for: attacker) == "pin-blocked")
        // A new connection of the same address, and another room, don't help.
        _ = fixture.disconnect(attacker)
        let again = fixture.connect(from: "198.51.100.1")
        #expect(try join(pin: "2468", again).errorCode(for: again) == "pin-blocked")
        let friend = fixture.connect(from: "203.0.113.1")
        #expect(try join(pin: "2468", friend).said(to: friend).first?.type == "joined")
        // Who may not guess may still ask.
        #expect(try knock(again).said(to: again).map(\.type) == ["waiting"])
        _ = fixture.say(#"{"type":"leave"}"#, again)
        fixture.now += .seconds(30)
        for id in [host, again] { fixture.hub.hear(id, at: fixture.now) }
        _ = fixture.hub.tick(at: fixture.now)
        #expect(try join(pin: "1005", again).errorCode(for: again) == "wrong-pin")
        #expect(try join(pin: "2468", again).errorCode(for: again) == "pin-blocked")
    }

    @Test mutating func `many addresses together guess no faster`() throws {
        let host = fixture.member()
        _ = setPIN("9999", host)
        var guesses = 0
        for number in 0..<200 {
            let id = fixture.connect(from: "198.51.100.\(number)")
            for attempt in 0..<5 {
                let code = try join(pin: "\(1000 + number * 5 + attempt)", id).errorCode(for: id)
                if code == "wrong-pin" { guesses += 1 }
            }
            _ = fixture.disconnect(id)
            fixture.now += .seconds(1)
            fixture.hub.hear(host, at: fixture.now)
        }
        // 20 at once, and one in ten seconds.
        #expect((38...41).contains(guesses))
    }

    @Test mutating func `a PIN is compared as a whole`() throws {
        let host = fixture.member()
        _ = setPIN("abab", host)
        let wrong = ["", "a", "ab", "aba", "abb", "ababab", "abababab", "Abab", "abac", "bbab", "ab\u{301}ab"]
        for (number, pin) in wrong.enumerated() {
            let id = fixture.connect(from: "198.51.100.\(number)")
            #expect(try join(pin: pin, id).errorCode(for: id) == "wrong-pin", "\(pin)")
        }
        let friend = fixture.connect()
        #expect(try join(pin: "abab", friend).said(to: friend).first?.type == "joined")
    }

    @Test mutating func `the PIN stays when the host leaves, and the next one may replace it`() throws {
        let host = fixture.member()
        let next = fixture.member()
        _ = setPIN("2468", host)
        let left = try fixture.disconnect(host).said(to: next)
        #expect(left.last?.hasPin == true && left.last?.host == fixture.peerID(next))
        // Who was the host is nobody in particular when it comes back.
        let again = fixture.connect()
        #expect(try fixture.join("default", again).errorCode(for: again) == "pin-required")
        #expect(try join(pin: "2468", again).said(to: again).first?.host == fixture.peerID(next))
        #expect(try fixture.say(#"{"type":"room","pin":null}"#, again).errorCode(for: again) == "not-host")
        #expect(try setPIN("1357", next).said(to: again).map(\.hasPin) == [true])
        let guest = fixture.connect()
        #expect(try join(pin: "2468", guest).errorCode(for: guest) == "wrong-pin")
        #expect(try join(pin: "1357", guest).said(to: guest).first?.type == "joined")
    }

    @Test(arguments: ["knock", "enter", "turn the key"])
    mutating func `what everybody is told costs who causes it`(how: String) throws {
        let host = fixture.member()
        _ = fixture.say(#"{"type":"chat","text":"hello"}"#, host)
        let (id, other) = how == "turn the key" ? (host, fixture.member()) : (fixture.connect(), host)
        if how == "knock" { _ = fixture.say(#"{"type":"room","locked":true}"#, host) }
        let text = how == "turn the key" ? #"{"type":"room","locked":false}"# : #"{"type":"join","room":"default"}"#
        let heard = try (0..<60).reduce(0) { count, _ in
            let actions = fixture.say(text, id)
            if how != "turn the key" { _ = fixture.say(#"{"type":"leave"}"#, id) }
            return try count + actions.said(to: other).count
        }
        let limit = SignalLimits().broadcastBurst
        #expect((limit - 2...limit).contains(heard))
        #expect(try fixture.say(text, id).errorCode(for: id) == "rate-limited")
    }

    @Test mutating func `who asks again whether it waits pays nothing and keeps its place`() throws {
        let host = fixture.member()
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let guest = fixture.connect()
        _ = knock(guest)
        for _ in 0..<60 { #expect(knock(guest) == [.send(#"{"type":"waiting"}"#, to: guest)]) }
        #expect(fixture.hub.rooms["default"]?.waiting.count == 1)
    }

    @Test mutating func `no more addresses are remembered than may be connected`() throws {
        fixture = HubFixture { $0.connections = 3 }
        let host = fixture.member()
        _ = setPIN("2468", host)
        let codes = try (0..<5).map { number in
            let id = fixture.connect(from: "198.51.100.\(number)")
            defer { _ = fixture.disconnect(id) }
            return try join(pin: "1357", id).errorCode(for: id)
        }
        #expect(codes == ["wrong-pin", "wrong-pin", "wrong-pin", "pin-blocked", "pin-blocked"])
        #expect(fixture.hub.pinGuard.buckets.count == 3)
        fixture.now += .seconds(31)
        fixture.hub.hear(host, at: fixture.now)
        _ = fixture.hub.tick(at: fixture.now)
        #expect(fixture.hub.pinGuard.buckets.isEmpty)
    }

    @Test mutating func `addresses that were wrong are forgotten in time`() throws {
        let host = fixture.member()
        _ = setPIN("2468", host)
        let id = fixture.connect(from: "198.51.100.1")
        _ = join(pin: "1357", id)
        #expect("\(fixture.hub.pinGuard)".contains("198.51.100.1"))
        fixture.now += .seconds(31)
        _ = fixture.hub.tick(at: fixture.now)
        #expect(!"\(fixture.hub.pinGuard)".contains("198.51.100.1"))
    }

    @Test mutating func `in front of a locked room people wait until a member lets them in`() throws {
        let host = fixture.member()
        let member = fixture.member()
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let guest = fixture.connect()
        let actions = fixture.say(#"{"type":"join","room":"default","name":"Zoë","video":false}"#, guest)
        #expect(try actions.said(to: guest).map(\.type) == ["waiting"])
        for id in [host, member] {
            let said = try actions.said(to: id)
            #expect(said.map(\.type) == ["knock"])
            #expect(said.first?.peerId == fixture.peerID(guest) && said.first?.name == "Zoë")
        }
        // Nothing of the room is for those in front of it.
        #expect(fixture.hub.memberCount == 2)
        let offer = #"{"type":"ice-candidate","target":"\#(fixture.peerID(guest))","candidate":null}"#
        #expect(try fixture.say(offer, host).errorCode(for: host) == "unknown-peer")
        #expect(try fixture.say(#"{"type":"chat","text":"let me in"}"#, guest).errorCode(for: guest) == "not-joined")
        #expect(try fixture.say(#"{"type":"ice-servers"}"#, guest).errorCode(for: guest) == "not-joined")

        let admitted = fixture.say(#"{"type":"admit","target":"\#(fixture.peerID(guest))"}"#, member)
        #expect(try admitted.said(to: guest).map(\.type) == ["joined"])
        #expect(try admitted.said(to: host).map(\.type) == ["knock-ended", "peer-joined"])
        #expect(try admitted.said(to: host).last?.video == false)
        #expect(fixture.hub.memberCount == 3)
    }

    @Test mutating func `a newcomer hears who waits, and who is not let in is told`() throws {
        let host = fixture.member()
        _ = setPIN("2468", host)
        let guest = fixture.connect()
        _ = knock(guest)
        let member = fixture.connect()
        #expect(try join(pin: "2468", member).said(to: member).map(\.type) == ["joined", "knock"])
        let text = #"{"type":"decline","target":"\#(fixture.peerID(guest))"}"#
        let declined = fixture.say(text, host)
        #expect(try declined.said(to: guest).map(\.code) == ["declined"])
        #expect(try declined.said(to: member).map(\.type) == ["knock-ended"])
        #expect(try fixture.say(text, host).errorCode(for: host) == "unknown-peer")
        #expect(try join(pin: "2468", guest).said(to: guest).first?.type == "joined")
    }

    @Test mutating func `who waits may ask, give a PIN, leave, or vanish`() throws {
        let host = fixture.member()
        _ = setPIN("2468", host)
        let guest = fixture.connect()
        _ = knock(guest)
        let asked = knock(guest)
        #expect(asked == [.send(#"{"type":"waiting"}"#, to: guest)])
        #expect(try join(pin: "1357", guest).said(to: host).map(\.type) == ["knock-ended"])
        _ = knock(guest)
        let entered = join(pin: "2468", guest)
        #expect(try entered.said(to: host).map(\.type) == ["knock-ended", "peer-joined"])
        for leave in [true, false] {
            let other = fixture.connect()
            _ = knock(other)
            let actions = leave ? fixture.say(#"{"type":"leave"}"#, other) : fixture.disconnect(other)
            #expect(try actions.said(to: host).map(\.type) == ["knock-ended"])
        }
        #expect(fixture.hub.rooms["default"]?.waiting.isEmpty == true)
    }

    @Test mutating func `when the last member leaves, those who wait are told and nothing of the room is left`() throws
    {
        let host = fixture.member()
        _ = fixture.say(#"{"type":"chat","text":"secret"}"#, host)
        _ = fixture.say(#"{"type":"room","locked":true,"pin":"2468"}"#, host)
        let guest = fixture.connect()
        _ = knock(guest)
        #expect(try fixture.say(#"{"type":"leave"}"#, host).said(to: guest).map(\.code) == ["room-closed"])
        #expect(fixture.hub.roomCount == 0)
        let said = try fixture.join("default", guest).said(to: guest)
        #expect(said.map(\.type) == ["joined"] && said.first?.locked == false && said.first?.hasPin == false)
    }

    @Test mutating func `few wait for one room, and a full room takes none of them`() throws {
        fixture = HubFixture {
            $0.waitingSize = 2
            $0.roomSize = 2
        }
        let host = fixture.member()
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let waiting = (0..<3).map { _ in fixture.connect() }
        #expect(try waiting.map { try knock($0).said(to: $0).first?.type } == ["waiting", "waiting", "error"])
        let admit = waiting.map { #"{"type":"admit","target":"\#(fixture.peerID($0))"}"# }
        #expect(try fixture.say(admit[0], host).said(to: waiting[0]).map(\.type) == ["joined", "knock"])
        #expect(try fixture.say(admit[1], host).errorCode(for: host) == "room-full")
    }

    @Test mutating func `who waits is not closed for being in no room, but for silence`() throws {
        let host = fixture.member()
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let guest = fixture.connect()
        _ = knock(guest)
        for _ in 0..<100 {
            fixture.now += .seconds(1)
            for id in [host, guest] { fixture.hub.hear(id, at: fixture.now) }
            #expect(fixture.hub.tick(at: fixture.now).closes.isEmpty)
        }
        fixture.now += .seconds(12)
        fixture.hub.hear(host, at: fixture.now)
        let actions = fixture.hub.tick(at: fixture.now)
        #expect(actions.closes == [guest: 1008])
        #expect(try actions.said(to: host).map(\.type) == ["knock-ended"])
    }
}
