// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SignalHub

struct LivenessTests {
    var fixture = HubFixture()

    /// Lets seconds pass.
    private mutating func pass(_ seconds: Int, each: (inout HubFixture) -> Void = { _ in }) -> [HubAction] {
        (0..<seconds).flatMap { _ in
            fixture.now += .seconds(1)
            each(&fixture)
            return fixture.hub.tick(at: fixture.now)
        }
    }

    @Test mutating func `members are pinged every five seconds`() {
        let id = fixture.member()
        #expect(pass(4).isEmpty)
        #expect(pass(1) == [.ping(id, number: 0)])
        #expect(pass(4).isEmpty)
        #expect(pass(1) == [.ping(id, number: 0)])
    }

    @Test mutating func `a silent member is gone within 15 seconds, and the room is told once`() throws {
        let silent = fixture.member()
        let other = fixture.member()
        let now = fixture.now
        var actions: [HubAction] = []
        while actions.closes.isEmpty, fixture.now - now < .seconds(60) {
            actions += pass(1) { $0.hub.hear(other, at: $0.now) }
        }
        #expect(fixture.now - now == .seconds(12))
        #expect(actions.closes == [silent: 1008])
        #expect(try actions.said(to: other).map(\.type) == ["peer-left", "room"])
        actions = pass(30) { $0.hub.hear(other, at: $0.now) }
        #expect(actions.closes.isEmpty)
        #expect(!actions.pinged.contains(silent))
        #expect(fixture.disconnect(silent).isEmpty)
    }

    @Test mutating func `any traffic keeps a member alive`() {
        let talking = fixture.member()
        let answering = fixture.member()
        let actions = pass(100) {
            _ = $0.say("?", talking)
            $0.hub.hear(answering, at: $0.now)
        }
        #expect(actions.closes.isEmpty)
        #expect(fixture.hub.memberCount == 2)
    }

    @Test mutating func `a connection that joins no room is closed after a minute`() {
        let id = fixture.connect()
        #expect(pass(59) { $0.hub.hear(id, at: $0.now) }.closes.isEmpty)
        #expect(pass(1) { $0.hub.hear(id, at: $0.now) }.closes == [id: 1008])
    }

    @Test mutating func `after leaving a room, there is another minute`() {
        let id = fixture.member()
        #expect(pass(100) { $0.hub.hear(id, at: $0.now) }.closes.isEmpty)
        _ = fixture.say(#"{"type":"leave"}"#, id)
        #expect(pass(59) { $0.hub.hear(id, at: $0.now) }.closes.isEmpty)
        #expect(pass(1) { $0.hub.hear(id, at: $0.now) }.closes == [id: 1008])
    }

    @Test mutating func `a stopping hub closes everybody and takes nobody`() {
        let ids = [fixture.member(), fixture.member(), fixture.connect()]
        let actions = fixture.hub.stop(at: fixture.now)
        #expect(actions.closes == Dictionary(uniqueKeysWithValues: ids.map { ($0, 1001) }))
        #expect(actions.count == 3)
        let late = fixture.tryToConnect()
        #expect(late.actions == [.close(late.id, .serverStopping)])
        #expect(fixture.hub.stop(at: fixture.now).isEmpty)
        #expect(ids.flatMap { fixture.disconnect($0) }.isEmpty)
        #expect(fixture.hub.connectionCount == 0)
        #expect(fixture.hub.memberCount == 0)
    }

    @Test mutating func `a clock that stands still or goes back harms nobody`() {
        let id = fixture.member()
        fixture.now -= .seconds(500)
        #expect(fixture.hub.tick(at: fixture.now).isEmpty)
        #expect(fixture.say(#"{"type":"ice-servers"}"#, id).count == 1)
        #expect(fixture.hub.tick(at: fixture.now).isEmpty)
    }
}
