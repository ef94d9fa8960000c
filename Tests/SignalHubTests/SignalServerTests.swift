// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import Testing

@testable import SignalHub

/// Over real sockets, with members on two event loops.
@Suite(.timeLimit(.minutes(1)))
struct SignalServerTests {
    @Test func `members meet, negotiate and part`() async throws {
        try await LoopbackServer.run { loopback in
            let alice = try await loopback.connect()
            let bob = try await loopback.connect()
            #expect(try await alice.join() == [])
            #expect(try await bob.join() == [alice.peerID])
            #expect(try await alice.said().peerId == bob.peerID)
            #expect(loopback.server.memberCount == 2)
            #expect(loopback.server.roomCount == 1)

            try await bob.offer("v=0", to: alice)
            #expect(try await alice.said().from == bob.peerID)
            try await alice.send(#"{"type":"ice-candidate","target":"\#(bob.peerID)","candidate":null}"#)
            let expected = #"{"type":"ice-candidate","from":"\#(alice.peerID)","candidate":null}"#
            #expect(await bob.receive() == .text(expected))

            try await bob.send(#"{"type":"leave"}"#)
            let left = try await alice.said()
            #expect(left.type == "peer-left")
            #expect(left.peerId == bob.peerID)
        }
    }

    @Test func `of three that join at the same instant, each pair meets once`() async throws {
        try await LoopbackServer.run { loopback in
            for round in 0..<20 {
                let clients = [
                    try await loopback.connect(), try await loopback.connect(), try await loopback.connect(),
                ]
                for client in clients {
                    client.channel.writeAndFlush(
                        ByteBuffer(bytes: ClientFrame(ClientFrame.text, #"{"type":"join","room":"\#(round)"}"#).bytes),
                        promise: nil
                    )
                }
                var met: [Set<String>] = []
                var ids: Set<String> = []
                for client in clients {
                    let joined = try await client.said()
                    var peers = joined.peers ?? []
                    while peers.count < 2 { peers.append(try await client.said().peerId ?? "") }
                    let own = try #require(joined.peerId)
                    ids.insert(own)
                    met.append(Set(peers + [own]))
                }
                #expect(met == [ids, ids, ids])
                #expect(ids.count == 3)
            }
        }
    }

    @Test func `a member that is cut off is announced, and logged once`() async throws {
        try await LoopbackServer.run { loopback in
            let alice = try await loopback.connect()
            let bob = try await loopback.connect()
            _ = try await alice.join()
            _ = try await bob.join()
            _ = try await alice.said()
            try await bob.channel.close()
            #expect(try await alice.said().type == "peer-left")
            try await alice.send(ClientFrame.close(4001, Array("line\nbreak".utf8)))
            #expect(await alice.closes() == [.close(4001), .end])
            var lines = loopback.sessions.ended.makeAsyncIterator()
            let first = try #require(await lines.next())
            #expect(first["peer"] == .string(bob.peerID))
            #expect(first["closed-by"] == .string("network"))
            #expect(first["address"] == .string("127.0.0.1"))
            let second = try #require(await lines.next())
            #expect(second["peer"] == .string(alice.peerID))
            #expect(second["closed-by"] == .string("client"))
            #expect(second["code"]?.description == "4001")
            #expect(second["reason"] == .string(#"line\u{a}break"#))
        }
    }

    @Test func `a member that answers no pings is dead, the others are not`() async throws {
        try await LoopbackServer.run {
            $0.pingInterval = .milliseconds(200)
            $0.deadAfter = .seconds(2)
            $0.closeTimeout = .milliseconds(100)
        } _: { loopback in
            // Alice says her last word before the other does: without her pongs she would be the first to go.
            let alice = try await loopback.connect()
            _ = try await alice.join()
            let dead = try await loopback.connect(answeringPings: false)
            _ = try await dead.join()
            _ = try await alice.said()
            let left = try await alice.said()
            #expect(left.type == "peer-left")
            #expect(left.peerId == dead.peerID)
            #expect(await dead.closes() == [.close(1008), .end])
        }
    }

    @Test func `a member that reads nothing is closed, and holds up nobody`() async throws {
        try await LoopbackServer.run {
            $0.byteBurst = .max / 2
            $0.messageBurst = 100_000
            $0.closeTimeout = .milliseconds(100)
            // On a slow machine, silence must not be what ends it.
            $0.deadAfter = .seconds(600)
        } _: { loopback in
            let sender = try await loopback.connect()
            let slow = try await loopback.connect()
            let other = try await loopback.connect()
            _ = try await sender.join()
            _ = try await slow.join()
            _ = try await other.join()
            #expect(try await [sender.said().type, sender.said().type] == ["peer-joined", "peer-joined"])
            try await slow.channel.setOption(.autoRead, value: false).get()
            let sdp = String(repeating: "s", count: 60_000)
            var isSlowThere = true
            for round in 0..<2000 where isSlowThere {
                try await sender.offer(sdp, to: slow)
                try await sender.offer("\(round)", to: other)
                let said = try await other.said()
                #expect(said.from == sender.peerID || said.type == "peer-left")
                isSlowThere = said.type == "offer"
            }
            #expect(!isSlowThere)
            try await slow.channel.setOption(.autoRead, value: true).get()
            #expect(await slow.closes().last == .end)
            var lines = loopback.sessions.ended.makeAsyncIterator()
            let line = try #require(await lines.next())
            #expect(line["peer"] == .string(slow.peerID))
            #expect(line["code"]?.description == "1013")
        }
    }

    @Test func `a flood of messages is answered with errors, then closed`() async throws {
        try await LoopbackServer.run { loopback in
            let client = try await loopback.connect()
            let flood = (0..<5000).flatMap { _ in ClientFrame(ClientFrame.text, "?").bytes }
            client.channel.writeAndFlush(ByteBuffer(bytes: flood), promise: nil)
            #expect(await client.closes() == [.close(1008), .end])
        }
    }

    @Test func `connections over the limit are told to come back later`() async throws {
        try await LoopbackServer.run {
            $0.connectionsPerAddress = 1
        } _: { loopback in
            let first = try await loopback.connect()
            _ = try await first.join()
            let second = try await loopback.connect()
            #expect(try await second.said().code == "server-full")
            #expect(await second.closes() == [.close(1013), .end])
            #expect(loopback.server.connectionCount == 1)
        }
    }

    @Test func `stopping says goodbye to all, and nobody can hold it up`() async throws {
        try await LoopbackServer.run {
            $0.closeTimeout = .milliseconds(200)
        } _: { loopback in
            let polite = try await loopback.connect()
            let rude = try await loopback.connect(answeringPings: false)
            _ = try await polite.join()
            _ = try await rude.join()
            await loopback.server.stop()
            #expect(loopback.server.memberCount == 0)
            #expect(loopback.server.connectionCount == 0)
            #expect(await polite.closes() == [.close(1001), .end])
            #expect(await rude.closes() == [.close(1001), .end])
            let late = try await loopback.connect()
            #expect(await late.closes() == [.close(1001), .end])
        }
    }
}
