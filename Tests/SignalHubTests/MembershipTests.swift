// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SignalHub

struct MembershipTests {
    var fixture = HubFixture()

    @Test mutating func `the first member of a room finds nobody and gets ICE servers`() throws {
        let id = fixture.connect()
        let said = try fixture.join("default", id).said(to: id)
        try #require(said.count == 1)
        #expect(said[0].type == "joined")
        #expect(said[0].peerId == fixture.peerID(id))
        #expect(said[0].peers == [])
        #expect(said[0].iceTransportPolicy == "relay")
        #expect(said[0].lifetime == 600)
        let server = try #require(said[0].iceServers?.first)
        #expect(server.urls == ["turns:turn.test:443?transport=tcp"])
        #expect(server.username == fixture.peerID(id))
        #expect(server.credential == "default")
    }

    @Test mutating func `the newcomer is told who is there, and they are told of the newcomer`() throws {
        let first = fixture.member()
        let second = fixture.member()
        let third = fixture.connect()
        let actions = fixture.join("default", third)
        #expect(try actions.said(to: third).first?.peers == [fixture.peerID(first), fixture.peerID(second)])
        for id in [first, second] {
            let said = try actions.said(to: id)
            #expect(said.map(\.type) == ["peer-joined"])
            #expect(said.first?.peerId == fixture.peerID(third))
        }
        #expect(actions.count == 3)
    }

    @Test mutating func `of three that join at once, each pair meets exactly once`() throws {
        let ids = (0..<3).map { _ in fixture.connect() }
        let actions = ids.map { fixture.join("default", $0) }
        var found: [ConnectionID: [String]] = [:]
        var announced: [ConnectionID: [String]] = [:]
        for id in ids {
            for message in try actions.flatMap({ try $0.said(to: id) }) {
                found[id, default: []] += message.type == "joined" ? message.peers ?? [] : []
                announced[id, default: []] += message.type == "peer-joined" ? [message.peerId ?? ""] : []
            }
            let others = Set(ids.filter { $0 != id }.map { fixture.peerID($0) })
            #expect(Set((found[id] ?? []) + (announced[id] ?? [])) == others)
            #expect((found[id] ?? []).count + (announced[id] ?? []).count == 2)
        }
        #expect(found.values.joined().count == 3)
    }

    @Test mutating func `rooms don't hear of each other`() throws {
        let red = fixture.member(of: "red")
        let blue = fixture.connect()
        let actions = fixture.join("blue", blue)
        #expect(try actions.said(to: blue).first?.peers == [])
        #expect(try actions.said(to: red).isEmpty)
        #expect(fixture.hub.roomCount == 2)
        #expect(fixture.hub.memberCount == 2)
    }

    @Test mutating func `who leaves is announced once and may join again`() throws {
        let first = fixture.member()
        let second = fixture.member()
        let actions = fixture.say(#"{"type":"leave"}"#, second)
        #expect(actions.count == 1)
        #expect(try actions.said(to: first) == [Said(#"{"type":"peer-left","peerId":"\#(fixture.peerID(second))"}"#)])
        #expect(try fixture.say(#"{"type":"leave"}"#, second).errorCode(for: second) == "not-joined")
        #expect(try fixture.join("default", second).said(to: second).first?.peers == [fixture.peerID(first)])
        #expect(try fixture.disconnect(second).said(to: first).map(\.type) == ["peer-left"])
        #expect(fixture.disconnect(second).isEmpty)
    }

    @Test mutating func `who disconnects is announced once`() throws {
        let first = fixture.member()
        let second = fixture.member()
        #expect(try fixture.retire(second).said(to: first).map(\.type) == ["peer-left"])
        #expect(fixture.disconnect(second).isEmpty)
        #expect(fixture.disconnect(first).isEmpty)
        #expect(fixture.hub.roomCount == 0)
        #expect(fixture.hub.memberCount == 0)
        #expect(fixture.hub.connectionCount == 0)
    }

    @Test mutating func `a second join is an error and changes nothing`() throws {
        let id = fixture.member(of: "one")
        #expect(try fixture.join("two", id).errorCode(for: id) == "already-joined")
        #expect(fixture.hub.roomCount == 1)
        #expect(fixture.hub.memberCount == 1)
    }

    @Test mutating func `a full room takes nobody until someone leaves`() throws {
        fixture = HubFixture { $0.roomSize = 2 }
        let first = fixture.member()
        _ = fixture.member()
        let third = fixture.connect()
        #expect(try fixture.join("default", third).errorCode(for: third) == "room-full")
        #expect(fixture.hub.memberCount == 2)
        _ = fixture.disconnect(first)
        #expect(try fixture.join("default", third).said(to: third).first?.type == "joined")
    }

    @Test(arguments: ["leave", "ice-servers"])
    mutating func `what needs a room is refused outside of one`(type: String) throws {
        let id = fixture.connect()
        #expect(try fixture.say(#"{"type":"\#(type)"}"#, id).errorCode(for: id) == "not-joined")
    }

    @Test mutating func `ICE servers are renewed on request`() throws {
        let id = fixture.member(of: "blue")
        let actions = fixture.say(#"{"type":"ice-servers"}"#, id)
        let said = try #require(try actions.said(to: id).first)
        #expect(actions.count == 1)
        #expect(said.type == "ice-servers")
        #expect(said.iceServers?.first?.username == fixture.peerID(id))
        #expect(said.iceServers?.first?.credential == "blue")
        #expect(said.lifetime == 600)
        #expect(said.iceTransportPolicy == "relay")
    }

    @Test(arguments: ["a", "Räume \u{1F3E0} 1", String(repeating: "\u{1F600}", count: 64)])
    mutating func `room names that are accepted`(name: String) throws {
        let id = fixture.connect()
        #expect(try fixture.join(name, id).said(to: id).first?.type == "joined")
    }

    @Test(arguments: ["", String(repeating: "a", count: 65), #"a\nb"#, #"\u0000"#, #"\u2028"#, #"\u007f"#, #"\ud800"#])
    mutating func `room names that are refused`(name: String) throws {
        let id = fixture.connect()
        #expect(try fixture.join(name, id).errorCode(for: id) == "invalid-message")
        #expect(fixture.hub.roomCount == 0)
    }

    @Test mutating func `two spellings of one name are one room, with one credential scope`() throws {
        _ = fixture.member(of: "caf\u{e9}")
        let second = fixture.connect()
        let said = try fixture.join("cafe\u{301}", second).said(to: second)
        #expect(said.first?.peers?.count == 1)
        let scope = try #require(said.first?.iceServers?.first?.credential)
        #expect(Array(scope.utf8) == Array("caf\u{e9}".utf8))
    }

    @Test func `peer ids are version 4 UUIDs in lower case`() {
        var random = SplitMix(state: 7)
        let ids = (0..<1000).map { _ in PeerID.random(using: &random) }
        #expect(Set(ids).count == 1000)
        for id in ids {
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }
}
