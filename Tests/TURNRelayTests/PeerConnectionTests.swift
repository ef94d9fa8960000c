// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 6062 on real sockets, with clients on both event loops: bytes between a client and a peer.
struct PeerConnectionTests {
    private static let localhost = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)
    private static let localhostIPv6 = TransportAddress(IPAddress(ipv6High: 0, low: 1), port: 0)

    private func withTCPRelay(
        halfClosedTimeout: TimeAmount = .minutes(1),
        _ change: (inout RealmConfiguration) -> Void = { _ in },
        _ body: (RelayServer, SocketAddress) async throws -> Void
    ) async throws {
        var configuration = RelayConfiguration.open
        configuration.allowsTCPAllocations = true
        configuration.halfClosedTimeout = halfClosedTimeout
        try await withRelay(configuration, realm: change, body)
    }

    private struct Pair {
        let control: StreamClient
        let data: StreamSocket
        let peer: StreamSocket
    }

    /// A client that has connected to a peer.
    private func connected(_ server: SocketAddress, isSmall: Bool = false) throws -> Pair {
        let listener = try StreamSocket.listening(at: Self.localhost)
        let control = try StreamClient.allocated(server)
        let id = try control.connect(to: listener.localAddress)
        let peer = try listener.accept()
        return Pair(control: control, data: try StreamClient.bound(id, server, isSmall: isSmall), peer: peer)
    }

    // MARK: Both ways to begin

    @Test(arguments: [IPAddress.Family.ipv4, .ipv6])
    func `a client connects to a peer, and bytes go both ways as they are`(family: IPAddress.Family) async throws {
        try await withTCPRelay { _, server in
            let listener = try StreamSocket.listening(at: family == .ipv4 ? Self.localhost : Self.localhostIPv6)
            let control = try StreamClient.allocated(server, family)
            for round in 0..<4 {
                let other = try StreamSocket.listening(at: family == .ipv4 ? Self.localhost : Self.localhostIPv6)
                let id = try control.connect(to: round == 0 ? listener.localAddress : other.localAddress)
                let peer = try (round == 0 ? listener : other).accept()
                // Before the client is there.
                try peer.send(Array("first".utf8))
                let data = try StreamClient.bound(id, server)
                #expect(try data.receive(5) == Array("first".utf8))
                try data.send([0, 1, 0, 0, 0x40, 1, 0, 0])
                #expect(try peer.receive(8) == [0, 1, 0, 0, 0x40, 1, 0, 0])
                try peer.send(Array("and back".utf8))
                #expect(try data.receive(8) == Array("and back".utf8))
            }
        }
    }

    @Test(arguments: [IPAddress.Family.ipv4, .ipv6])
    func `a peer connects to the relayed address`(family: IPAddress.Family) async throws {
        try await withTCPRelay { relay, server in
            let control = try StreamClient.allocated(server, family)
            // Without a permission: closed, and not told.
            #expect(try StreamSocket(connectedTo: control.relayed).isAtEnd())
            try control.permit(control.relayed)
            let peer = try StreamSocket(connectedTo: control.relayed)
            try peer.send(Array("hello".utf8))
            let (address, id) = try control.attempt()
            #expect(try address == peer.localAddress)
            let data = try StreamClient.bound(id, server)
            #expect(try data.receive(5) == Array("hello".utf8))
            try data.send(Array("good bye".utf8))
            #expect(try peer.receive(8) == Array("good bye".utf8))
            let counters = await relay.counters()
            #expect(counters.drops[.peerWithoutPermission] == 1)
            #expect(counters.streamedFromPeers == 5 && counters.streamedToPeers == 8)
        }
    }

    @Test func `two allocations of this server are connected`() async throws {
        try await withTCPRelay { _, server in
            let (one, other) = (try StreamClient.allocated(server), try StreamClient.allocated(server))
            try other.permit(one.relayed)
            let here = try StreamClient.bound(one.connect(to: other.relayed), server)
            let (address, id) = try other.attempt()
            #expect(try address == one.relayed)
            let there = try StreamClient.bound(id, server)
            try here.send([1, 2, 3])
            #expect(try there.receive(3) == [1, 2, 3])
            try there.send([4, 5])
            #expect(try here.receive(2) == [4, 5])
        }
    }

    @Test func `what a client sends with its ConnectionBind is for the peer`() async throws {
        try await withTCPRelay { _, server in
            let listener = try StreamSocket.listening(at: Self.localhost)
            let control = try StreamClient.allocated(server)
            let id = try control.connect(to: listener.localAddress)
            let peer = try listener.accept()
            let client = try StreamClient(server)
            try client.send(.connectionBind, id, followedBy: Array("early".utf8))
            #expect(try Answer(.respond(client.message())).isSuccess)
            #expect(try peer.receive(5) == Array("early".utf8))
        }
    }

    /// More than one write takes: the answers wait for the end of the reads that the ConnectionBind is part of.
    @Test func `a ConnectionBind behind thousands of requests has them all answered before`() async throws {
        try await withTCPRelay { _, server in
            let listener = try StreamSocket.listening(at: Self.localhost)
            let control = try StreamClient.allocated(server)
            let id = try control.connect(to: listener.localAddress)
            let peer = try listener.accept()
            // With room for what is answered before: nothing is read until all is sent.
            let client = try StreamClient(server, bufferSize: 1024 * 1024)
            let requests = 3500
            try client.send(.connectionBind, id, behind: .binding, times: requests)
            var answers = 0
            while answers <= requests, let answer = try? client.message(), try Answer(.respond(answer)).isSuccess {
                answers += 1
            }
            #expect(answers == requests + 1)
            try peer.send([1])
            #expect(try client.socket.receive(1) == [1])
        }
    }

    /// The kernel's share is kept small where what waits can still be dropped.
    @Test func `a connection keeps little in the kernel as a client's, and as a peer's what the system lets it`()
        async throws
    {
        try await withTCPRelay { _, server in
            let pair = try connected(server)
            #expect(try pair.control.socket.relayEnd().lowWater == 4096)
            try pair.peer.send([1])
            #expect(try pair.data.receive(1) == [1])
            #expect(try pair.data.relayEnd().lowWater == 0)
        }
    }

    @Test func `a peer that is not there is 447`() async throws {
        try await withTCPRelay { _, server in
            let listener = try StreamSocket.listening(at: Self.localhost)
            let address = try listener.localAddress
            listener.close()
            let control = try StreamClient.allocated(server)
            #expect(try control.ask(.connect, XORPeerAddress(address: address)).error == 447)
            #expect(try control.ask(.refresh).isSuccess)
        }
    }

    @Test func `another user's ConnectionBind is refused, and the connection waits on`() async throws {
        try await withTCPRelay { _, server in
            let listener = try StreamSocket.listening(at: Self.localhost)
            let control = try StreamClient.allocated(server)
            let id = try control.connect(to: listener.localAddress)
            let issued = try Bench().ephemeral(user: "mallory")
            let thief = try StreamClient(server, issued)
            #expect(try [441, 401].contains(thief.ask(.connectionBind, id).error))
            let peer = try listener.accept()
            let data = try StreamClient.bound(id, server)
            try peer.send([1])
            #expect(try data.receive(1) == [1])
        }
    }

    // MARK: Ends

    @Test func `an end of one direction is passed on, and the other goes on`() async throws {
        try await withTCPRelay { _, server in
            let pair = try connected(server)
            try pair.data.send(Array("request".utf8))
            pair.data.finish()
            #expect(try pair.peer.receive(7) == Array("request".utf8))
            #expect(pair.peer.isAtEnd())
            let answer = [UInt8](repeating: 9, count: 300_000)
            try pair.peer.send(answer)
            pair.peer.close()
            #expect(try pair.data.receive(answer.count) == answer)
            #expect(pair.data.isAtEnd())
        }
    }

    @Test(arguments: [true, false])
    func `half a connection on which nothing happens ends`(isPeer: Bool) async throws {
        try await withTCPRelay(halfClosedTimeout: .milliseconds(200)) { _, server in
            let pair = try connected(server)
            let (finished, other) = isPeer ? (pair.peer, pair.data) : (pair.data, pair.peer)
            finished.finish()
            #expect(other.isAtEnd())
            #expect(finished.isAtEnd())
        }
    }

    @Test func `what a peer sent before it closed reaches a client that comes later`() async throws {
        try await withTCPRelay { _, server in
            let listener = try StreamSocket.listening(at: Self.localhost)
            let control = try StreamClient.allocated(server)
            let id = try control.connect(to: listener.localAddress)
            let peer = try listener.accept()
            let bytes = [UInt8](repeating: 5, count: 100_000)
            try peer.send(bytes)
            peer.close()
            let data = try StreamClient.bound(id, server)
            #expect(try data.receive(bytes.count) == bytes)
            #expect(data.isAtEnd())
        }
    }

    @Test(arguments: [true, false])
    func `who closes closes the other`(isPeer: Bool) async throws {
        try await withTCPRelay { _, server in
            let pair = try connected(server)
            (isPeer ? pair.peer : pair.data).close()
            #expect((isPeer ? pair.data : pair.peer).isAtEnd())
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `connections end with their allocation`(isRefreshed: Bool) async throws {
        try await withTCPRelay { relay, server in
            let pair = try connected(server)
            try pair.control.permit(pair.control.relayed)
            let waiting = try StreamSocket(connectedTo: pair.control.relayed)
            _ = try pair.control.attempt()
            if isRefreshed {
                #expect(try pair.control.ask(.refresh, Lifetime(seconds: 0)).isSuccess)
            } else {
                pair.control.socket.close()
            }
            #expect(pair.peer.isAtEnd() && pair.data.isAtEnd() && waiting.isAtEnd())
            while relay.allocationCount > 0 { await Task.yield() }
        }
    }

    // MARK: Flow

    /// What the kernel has room for, on both sides of the relay, and one read of ours: far less than is sent.
    private static let mostUnderWay = 16 * 1024 * 1024

    @Test(arguments: [true, false])
    func `a slow reader slows the sender down, and loses nothing`(isClientSlow: Bool) async throws {
        try await withTCPRelay { _, server in
            let pair = try connected(server, isSmall: true)
            let (sender, reader) = isClientSlow ? (pair.peer, pair.data) : (pair.data, pair.peer)
            let sent = try sender.sendUntilFull(limit: 4 * Self.mostUnderWay)
            #expect(sent < Self.mostUnderWay)
            sender.finish()
            var received = 0
            while let bytes = try reader.receive(atMost: 1 << 20) {
                received += bytes.count
            }
            #expect(received == sent)
        }
    }

    @Test func `bandwidth delays and loses nothing`() async throws {
        try await withTCPRelay { realm in
            realm.bandwidth.perAllocation = 200_000
        } _: { _, server in
            let pair = try connected(server)
            let start = NIODeadline.now()
            let bytes = [UInt8](repeating: 3, count: 400_000)
            // There is room for it on the way.
            try pair.peer.send(bytes)
            #expect(try pair.data.receive(bytes.count) == bytes)
            // A second's worth at once, and the last piece before it is paid for.
            #expect(NIODeadline.now() - start > .milliseconds(600))
        }
    }
}
