// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import SignalHub

/// What the hub counts.
struct CountingTests {
    @Test func `all that can happen is there from the start`() {
        let counters = SignalCounters()
        #expect(
            Set(counters.messages.keys) == Set(ClientMessage.types) && counters.messages.values.allSatisfy { $0 == 0 }
        )
        #expect(counters.errors.count == SignalError.Code.allCases.count)
        #expect(counters.closes.keys.contains("too many messages") && counters.closes.keys.contains("closed by client"))
    }

    @Test func `messages, joins and errors`() {
        var fixture = HubFixture { $0.roomSize = 1 }
        let host = fixture.member()
        let late = fixture.connect()
        _ = fixture.join("default", late)
        _ = fixture.say(#"{"type":"chat","text":"hello"}"#, host)
        _ = fixture.say(#"{"type":"ice-candidate","target":"nobody","candidate":null}"#, host)
        _ = fixture.say("nonsense", host)
        let counters = fixture.hub.counters
        #expect(counters.connections == 2 && counters.joins == 1)
        #expect(counters.messages.filter { $0.value > 0 } == ["join": 2, "chat": 1, "ice-candidate": 1])
        #expect(
            counters.errors.filter { $0.value > 0 } == ["room-full": 1, "unknown-peer": 1, "invalid-message": 1]
        )
    }

    /// The type of every message is one of those that are counted.
    @Test(arguments: [
        #"{"type":"join","room":"r"}"#, #"{"type":"resume","peerId":"p","resumeToken":"t","received":1}"#,
        #"{"type":"leave"}"#, #"{"type":"ice-servers"}"#, #"{"type":"state"}"#,
        #"{"type":"chat","text":"t"}"#, #"{"type":"room"}"#, #"{"type":"admit","target":"t"}"#,
        #"{"type":"decline","target":"t"}"#, #"{"type":"ice-candidate","target":"t","candidate":null}"#,
        #"{"type":"offer","target":"t","sdp":{"type":"offer","sdp":""}}"#,
        #"{"type":"answer","target":"t","sdp":{"type":"answer","sdp":""}}"#, #"{"type":"view","target":"t","view":{}}"#,
    ])
    func `types are those on the wire`(text: String) throws {
        let message = try ClientMessage(parsing: text)
        #expect(text.hasPrefix(#"{"type":"\#(message.type)""#) && ClientMessage.types.contains(message.type))
    }

    @Test func `what clients write is no reason of its own`() {
        var counters = SignalCounters()
        let keys = Set(counters.closes.keys)
        counters.count(SessionEnd(party: .client, code: 4000, text: "whatever"))
        counters.count(SessionEnd(party: .network, code: nil, text: "errno 104"))
        counters.count(.server(.silent))
        #expect(Set(counters.closes.keys) == keys)
        #expect(
            counters.closes.filter { $0.value > 0 } == [
                "closed by client": 1, "connection cut": 1, "nothing was heard for too long": 1,
            ]
        )
    }

    @Test func `a server's numbers while a member is there, and after`() async throws {
        try await LoopbackServer.run { loopback in
            let alice = try await loopback.connect()
            _ = try await alice.join()
            let during = await loopback.server.snapshot()
            #expect(during.connections == 1 && during.members == 1 && during.rooms == 1 && during.waiting == 0)
            try await alice.channel.close()
            var after = await loopback.server.snapshot()
            while after.connections > 0 { after = await loopback.server.snapshot() }
            #expect(after.members == 0 && after.rooms == 0 && after.counters.closes["connection cut"] == 1)
        }
    }

    @Test func `who waits at a door`() {
        var fixture = HubFixture()
        let host = fixture.member()
        _ = fixture.say(#"{"type":"room","locked":true}"#, host)
        _ = fixture.join("default", fixture.connect())
        #expect(SignalSnapshot(fixture.hub).waiting == 1)
    }
}
