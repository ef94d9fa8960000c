// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

struct LimitTests {
    @Test func `connections are limited in total`() throws {
        var fixture = HubFixture { $0.connections = 2 }
        let first = fixture.connect(from: "192.0.2.1")
        _ = fixture.connect(from: "192.0.2.2")
        let refused = fixture.tryToConnect(from: "192.0.2.3")
        #expect(try refused.actions.said(to: refused.id).map(\.code) == ["server-full"])
        #expect(refused.actions.last == .close(refused.id, .connectionLimit))
        #expect(fixture.join("default", refused.id).isEmpty)
        // Closing, but still there: it counts.
        _ = fixture.retire(first)
        #expect(!fixture.tryToConnect(from: "192.0.2.3").actions.isEmpty)
        _ = fixture.disconnect(first)
        #expect(fixture.tryToConnect(from: "192.0.2.3").actions.isEmpty)
    }

    @Test func `connections are limited for each address`() throws {
        var fixture = HubFixture { $0.connectionsPerAddress = 2 }
        let first = fixture.connect(from: "192.0.2.1")
        _ = fixture.connect(from: "192.0.2.1")
        let refused = fixture.tryToConnect(from: "192.0.2.1")
        #expect(refused.actions.closes == [refused.id: 1013])
        // A refused connection takes no place, and gives none back.
        #expect(fixture.disconnect(refused.id).isEmpty)
        #expect(!fixture.tryToConnect(from: "192.0.2.1").actions.isEmpty)
        #expect(fixture.tryToConnect(from: "192.0.2.2").actions.isEmpty)
        _ = fixture.disconnect(first)
        #expect(fixture.tryToConnect(from: "192.0.2.1").actions.isEmpty)
    }

    @Test func `one address can't connect all the time`() throws {
        var fixture = HubFixture {
            $0.joinsPerSecondPerAddress = 1
        }
        for _ in 0..<SignalLimits.arrivalBurstSeconds {
            let (id, actions) = fixture.tryToConnect(from: "192.0.2.1")
            #expect(actions.isEmpty)
            _ = fixture.disconnect(id)
        }
        let refused = fixture.tryToConnect(from: "192.0.2.1")
        #expect(refused.actions == [.close(refused.id, .arrivalRate)])
        #expect(fixture.tryToConnect(from: "192.0.2.2").actions.isEmpty)
        fixture.now += .seconds(1)
        #expect(fixture.tryToConnect(from: "192.0.2.1").actions.isEmpty)
        // Nothing is remembered of who has been good for a while.
        fixture.now += .seconds(SignalLimits.arrivalBurstSeconds)
        _ = fixture.hub.tick(at: fixture.now)
        #expect(fixture.hub.connectBudget?.buckets.isEmpty == true)
    }

    @Test func `one address can't join all the time, by however many connections`() throws {
        var fixture = HubFixture {
            $0.joinsPerSecondPerAddress = 1
        }
        let ids = (0..<2).map { _ in fixture.connect(from: "192.0.2.1") }
        for number in 0..<SignalLimits.arrivalBurstSeconds {
            let id = ids[number % 2]
            #expect(try fixture.join("room", id).said(to: id).first?.type == "joined")
            _ = fixture.say(#"{"type":"leave"}"#, id)
        }
        let refused = fixture.join("room", ids[0])
        #expect(refused.closes == [ids[0]: 1013])
        let other = fixture.connect(from: "192.0.2.2")
        #expect(try fixture.join("room", other).said(to: other).map(\.type) == ["joined"])
    }

    @Test func `without a rate everybody may come as often as they like`() throws {
        var fixture = HubFixture {
            $0.joinsPerSecondPerAddress = 0
        }
        for _ in 0..<1000 {
            let (id, actions) = fixture.tryToConnect()
            #expect(actions.isEmpty)
            _ = fixture.disconnect(id)
        }
    }

    @Test func `messages over budget are dropped until there is budget again`() throws {
        var fixture = HubFixture {
            $0.messageBurst = 3
            $0.messagesPerSecond = 2
        }
        let id = fixture.member()
        let other = fixture.member()
        let text = #"{"type":"ice-candidate","target":"\#(fixture.peerID(other))","candidate":null}"#
        #expect(try fixture.say(text, id).said(to: other).count == 1)
        #expect(try fixture.say(text, id).said(to: other).count == 1)
        #expect(try fixture.say(text, id).errorCode(for: id) == "rate-limited")
        fixture.now += .milliseconds(500)
        #expect(try fixture.say(text, id).said(to: other).count == 1)
        #expect(try fixture.say(text, id).errorCode(for: id) == "rate-limited")
        // The other's budget is its own.
        #expect(try fixture.say(#"{"type":"ice-servers"}"#, other).said(to: other).map(\.type) == ["ice-servers"])
    }

    @Test func `bytes have a budget too, so that one sender can't fill another's queue`() throws {
        let limits = SignalLimits()
        var fixture = HubFixture()
        let id = fixture.member()
        let other = fixture.member()
        let start = #"{"type":"offer","target":"\#(fixture.peerID(other))","sdp":{"type":"offer","sdp":""#
        let text = start + String(repeating: "x", count: limits.messageBytes - start.utf8.count - 3) + #""}}"#
        #expect(text.utf8.count == limits.messageBytes)
        let delivered = try (0..<50).reduce(0) { count, _ in try count + fixture.say(text, id).said(to: other).count }
        #expect(delivered == 7)
        #expect(delivered * limits.messageBytes < limits.unsentBytes)
        fixture.now += .milliseconds(500)
        #expect(try fixture.say(text, id).said(to: other).count == 1)
    }

    @Test func `who stays over budget is closed, and the room is told`() throws {
        var fixture = HubFixture()
        let id = fixture.member()
        let other = fixture.member()
        var closed: [HubAction] = []
        var errors = 0
        while closed.isEmpty, errors < 1000 {
            let actions = fixture.say("?", id)
            if actions.closes.isEmpty { errors += 1 } else { closed = actions }
        }
        // One message of the burst was the join.
        #expect(errors == 199 + 100)
        #expect(closed.closes == [id: 1008])
        #expect(try closed.said(to: other).map(\.type) == ["peer-left", "room"])
        #expect(fixture.say("?", id).isEmpty)
        #expect(fixture.disconnect(id).isEmpty)
    }

    @Test func `drops are forgiven after a calm while`() throws {
        var fixture = HubFixture { $0.toleratedDrops = 10 }
        let id = fixture.member()
        for _ in 0..<10 {
            for _ in 0..<209 { #expect(fixture.say("?", id).closes.isEmpty) }
            fixture.now += .seconds(5)
        }
    }

    @Test func `a join in a room of ten with trickled candidates is within budget`() throws {
        var fixture = HubFixture()
        let others = (0..<9).map { _ in fixture.member() }
        let id = fixture.member()
        for other in others.map({ fixture.peerID($0) }) {
            let sdp = String(repeating: "a=line\\r\\n", count: 1000)
            let offer = #"{"type":"offer","target":"\#(other)","sdp":{"type":"offer","sdp":"\#(sdp)"}}"#
            #expect(try fixture.say(offer, id).errorCode(for: id) == nil)
            for _ in 0..<20 {
                let candidate = #"{"type":"ice-candidate","target":"\#(other)","candidate":{"candidate":"x"}}"#
                #expect(try fixture.say(candidate, id).errorCode(for: id) == nil)
            }
        }
    }
}
