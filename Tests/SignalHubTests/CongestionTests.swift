// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

/// The others are told when a member's media waits at the relay.
struct CongestionTests {
    var fixture = HubFixture()

    private mutating func listener(_ more: String = "", room: String = "default") -> ConnectionID {
        let id = fixture.connect()
        _ = fixture.say(#"{"type":"join","room":"\#(room)","congestion":true\#(more)}"#, id)
        return id
    }

    private mutating func note(
        _ id: ConnectionID,
        _ milliseconds: Int = 400,
        dropped: Int = 3,
        room: String = "default"
    )
        -> [HubAction]
    {
        let note = CongestionNote(
            peerID: fixture.peerID(id),
            room: room,
            queueDelay: .milliseconds(milliseconds),
            dropped: dropped
        )
        return fixture.hub.noteCongestion(note, at: fixture.now)
    }

    /// What the members are told when a second has passed.
    private mutating func tick() -> [HubAction] {
        fixture.now += .seconds(1)
        return fixture.hub.tick(at: fixture.now).filter {
            if case .send = $0 { true } else { false }
        }
    }

    @Test mutating func `the others that understand it are told, and nobody else`() throws {
        let (slow, other, plain, elsewhere) = (listener(), listener(), fixture.member(), listener(room: "two"))
        let actions = note(slow)
        let said = try #require(actions.said(to: other).first)
        #expect((said.type, said.peerId, said.congested) == ("peer-congestion", fixture.peerID(slow), true))
        #expect(said.queueMs == 400 && said.dropped == 3)
        #expect(actions.count == 1, "\(actions)")
        _ = (plain, elsewhere)
    }

    @Test mutating func `one message a second at most, with all that came since the last`() throws {
        let (slow, other) = (listener(), listener())
        _ = note(slow)
        fixture.now += .milliseconds(400)
        #expect(note(slow, 900, dropped: 10).isEmpty)
        fixture.now += .milliseconds(600)
        let said = try #require(note(slow, 200, dropped: 1).said(to: other).first)
        #expect(said.queueMs == 900 && said.dropped == 11)
    }

    @Test mutating func `what is not noted again is over, and that is said once`() throws {
        let (slow, other) = (listener(), listener())
        _ = note(slow)
        #expect(tick().isEmpty)
        let over = tick()
        let said = try #require(over.said(to: other).first)
        #expect((said.type, said.peerId, said.congested) == ("peer-congestion", fixture.peerID(slow), false))
        #expect(over.count == 1 && said.queueMs == nil && said.dropped == nil)
        #expect(tick().isEmpty)
        #expect(note(slow).count == 1, "and it may begin again")
    }

    @Test mutating func `as long as it is noted it lasts`() {
        let (slow, _) = (listener(), listener())
        for _ in 1...5 {
            _ = note(slow)
            #expect(tick().isEmpty)
        }
    }

    @Test mutating func `notes about strangers do nothing`() {
        let (gone, other) = (listener(), listener())
        _ = fixture.retire(gone)
        #expect(note(gone).isEmpty && note(other, room: "two").isEmpty)
        let nobody = CongestionNote(peerID: "nobody", room: "default", queueDelay: .zero, dropped: 0)
        #expect(fixture.hub.noteCongestion(nobody, at: fixture.now).isEmpty)
    }

    @Test mutating func `who is away hears nothing of it, and is told of it`() throws {
        let (away, other) = (listener(#","resume":true"#), listener())
        _ = fixture.retire(away)
        #expect(note(other).isEmpty)
        #expect(try note(away).said(to: other).count == 1, "its media goes on")
    }

    @Test mutating func `who comes back understands it still`() throws {
        let id = fixture.connect()
        let joined = try fixture.say(#"{"type":"join","room":"default","congestion":true,"resume":true}"#, id).said(
            to: id
        )
        let token = try #require(joined.first?.resumeToken)
        let other = listener()
        let peerID = fixture.peerID(id)
        _ = fixture.disconnect(id)
        let back = fixture.connect()
        let fields = #""peerId":"\#(peerID)","resumeToken":"\#(token)","received":1"#
        _ = fixture.say(#"{"type":"resume",\#(fields)}"#, back)
        #expect(try note(other).said(to: back).first?.congested == true)
    }

    @Test mutating func `it ends with the stay of a member`() {
        let (slow, other) = (listener(), listener())
        _ = note(slow)
        _ = fixture.retire(slow)
        for _ in 1...3 { #expect(tick().isEmpty) }
        _ = other
    }
}
