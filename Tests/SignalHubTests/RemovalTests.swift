// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

/// Rooms as administrators see them, and what they do to them.
struct RemovalTests {
    private func rooms(_ fixture: HubFixture, limit: Int = 100) -> RoomListing {
        fixture.hub.listRooms(limit: limit, at: fixture.now)
    }

    private func closes(_ actions: [HubAction]) -> [ConnectionID] {
        actions.compactMap { if case .close(let id, .removed) = $0 { id } else { nil } }
    }

    // MARK: Listing

    @Test func `rooms are listed with their members`() throws {
        var fixture = HubFixture()
        let alice = fixture.connect(from: "192.0.2.7")
        _ = fixture.say(#"{"type":"join","room":"a","name":"Alice","resume":true}"#, alice)
        fixture.now += .seconds(10)
        _ = fixture.member(of: "a")
        _ = fixture.say(#"{"type":"room","pin":"1234","locked":true}"#, alice)
        let waiting = fixture.connect()
        _ = fixture.say(#"{"type":"join","room":"a","knock":true}"#, waiting)
        _ = fixture.disconnect(alice)
        fixture.now += .seconds(5)
        let room = try #require(rooms(fixture).rooms.first)
        #expect(rooms(fixture).total == 1 && room.name == "a" && room.isLocked && room.hasPIN && room.waiting == 1)
        #expect(room.age == .seconds(15) && room.members.map(\.duration) == [.seconds(15), .seconds(5)])
        #expect(room.members.map(\.name) == ["Alice", nil] && room.members.map(\.isAway) == [true, false])
        #expect(room.members.map(\.address) == ["192.0.2.7", "192.0.2.1"])
    }

    @Test func `the fullest are listed first, and all are counted`() {
        var fixture = HubFixture()
        for count in [1, 3, 2, 1, 1, 1] {
            let name = "\(fixture.hub.roomCount)"
            for _ in 0..<count { _ = fixture.member(of: name) }
            fixture.now += .seconds(1)
        }
        let listing = rooms(fixture, limit: 3)
        #expect(listing.total == 6 && listing.rooms.map(\.name) == ["1", "2", "0"])
    }

    // MARK: Removal

    @Test func `a member that is removed is gone for the others, and has no seat`() throws {
        var fixture = HubFixture()
        let alice = fixture.connect()
        _ = fixture.say(#"{"type":"join","room":"a","resume":true}"#, alice)
        let bob = fixture.member(of: "a")
        let peerID = fixture.peerID(alice)
        let (actions, removed) = fixture.hub.remove(peerID: peerID, at: fixture.now)
        #expect(removed == [peerID] && closes(actions) == [alice])
        let told = actions.compactMap { if case .send(let text, bob) = $0 { text } else { nil } }
        #expect(told.contains { $0.contains(#""peer-left""#) && $0.contains(peerID) })
        #expect(fixture.hub.memberCount == 1 && fixture.hub.seats.heldCount == 0)
        #expect(fixture.hub.takeDepartures().map(\.reason) == [.removed])
        #expect(fixture.say(#"{"type":"leave"}"#, alice).isEmpty)
        _ = fixture.disconnect(alice)
        #expect(rooms(fixture).rooms.first?.members.count == 1)
        #expect(fixture.hub.remove(peerID: peerID, at: fixture.now).removed.isEmpty)
    }

    @Test func `a member that is away loses its seat`() throws {
        var fixture = HubFixture()
        let alice = fixture.connect()
        let answer = fixture.say(#"{"type":"join","room":"a","resume":true}"#, alice)
        #expect(!answer.isEmpty)
        _ = fixture.member(of: "a")
        let peerID = fixture.peerID(alice)
        _ = fixture.disconnect(alice)
        let (actions, removed) = fixture.hub.remove(peerID: peerID, at: fixture.now)
        #expect(removed == [peerID] && closes(actions).isEmpty)
        #expect(fixture.hub.seats.heldCount == 0 && fixture.hub.seats.seats.isEmpty && fixture.hub.memberCount == 1)
    }

    @Test func `who waits at a door is removed from there`() {
        var fixture = HubFixture()
        let host = fixture.member(of: "a")
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let waiting = fixture.member(of: "a")
        let (actions, removed) = fixture.hub.remove(peerID: fixture.peerID(waiting), at: fixture.now)
        #expect(removed.count == 1 && closes(actions) == [waiting])
        #expect(rooms(fixture).rooms.first?.waiting == 0)
    }

    @Test func `a room is closed with all who are in it and at its door`() {
        var fixture = HubFixture()
        let host = fixture.member(of: "a")
        let other = fixture.member(of: "a")
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let waiting = fixture.member(of: "a")
        _ = fixture.member(of: "b")
        let (actions, removed) = fixture.hub.remove(room: "a", at: fixture.now)
        #expect(removed.count == 3 && Set(closes(actions)) == [host, other, waiting])
        #expect(rooms(fixture).rooms.map(\.name) == ["b"] && fixture.hub.memberCount == 1)
    }

    @Test func `nobody is nobody`() {
        var fixture = HubFixture()
        _ = fixture.member(of: "a")
        let before = fixture.hub.seats.seats.count
        for text in ["", "x", String(repeating: "y", count: 4000)] {
            #expect(fixture.hub.remove(peerID: text, at: fixture.now).actions.isEmpty)
            #expect(fixture.hub.remove(room: text, at: fixture.now).actions.isEmpty)
        }
        #expect(fixture.hub.roomCount == 1 && fixture.hub.seats.seats.count == before)
    }

    // MARK: Draining

    @Test func `while it drains nobody gets in, and who is in may come back`() throws {
        var fixture = HubFixture()
        let alice = fixture.connect()
        let joined = try #require(fixture.say(#"{"type":"join","room":"a","resume":true}"#, alice).first)
        guard case .send(let text, _) = joined else { return }
        let said = try Said(text)
        fixture.hub.setDraining(true)
        let stranger = fixture.connect()
        let refusal = fixture.join("a", stranger)
        #expect(refusal.count == 1 && "\(refusal)".contains("server-full") && "\(refusal)".contains("takes nobody in"))
        #expect(fixture.join("b", stranger).count == 1 && fixture.hub.roomCount == 1)
        _ = fixture.disconnect(alice)
        let (id, token) = (fixture.connect(), try #require(said.resumeToken))
        let peerID = try #require(rooms(fixture).rooms.first?.members.first?.peerID)
        _ = fixture.say(#"{"type":"resume","peerId":"\#(peerID)","resumeToken":"\#(token)","received":0}"#, id)
        #expect(rooms(fixture).rooms.first?.members.map(\.isAway) == [false])
        fixture.hub.setDraining(false)
        _ = fixture.join("b", stranger)
        #expect(fixture.hub.roomCount == 2)
    }

    @Test func `while it drains nobody is let in at the door`() throws {
        var fixture = HubFixture()
        let host = fixture.connect()
        _ = fixture.join("a", host)
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        let guest = fixture.connect()
        _ = fixture.say(#"{"type":"join","room":"a","name":"Zoë","knock":true}"#, guest)
        let admit = #"{"type":"admit","target":"\#(fixture.peerID(guest))"}"#
        fixture.hub.setDraining(true)
        #expect(try fixture.say(admit, host).errorCode(for: host) == "server-full")
        fixture.hub.setDraining(false)
        #expect(try fixture.say(admit, host).said(to: guest).map(\.type) == ["joined"])
    }
}
