// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 6062, sections 5.1 to 5.3, without sockets: TCP allocations and connections with peers.
struct TCPAllocationTests {
    // MARK: Allocate

    @Test func `a TCP allocation listens for as long as it lives`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        #expect(bench.sockets.transports.values.map { $0 } == [.tcp])
        #expect(try bench.sockets.open.values.map { $0 } == [client.relayed])
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.sockets.open.isEmpty && bench.directory.count == 0 && bench.quota.totalInUse == 0)
    }

    @Test func `where TCP is not relayed it is an unsupported transport`() throws {
        let off = try Bench.tcp { configuration, _ in configuration.allowsTCPAllocations = false }
        #expect(try off.ask(.allocate, off.connect(), RequestedTransport.tcp).error == 442)
        let closed = try Bench.tcp { configuration, _ in configuration.mode = .closed(Bench.virtualAddress) }
        #expect(try closed.ask(.allocate, closed.connect(), RequestedTransport.tcp).error == 442)
        #expect(try closed.ask(.allocate, closed.connect(), RequestedTransport.udp).isSuccess)
    }

    @Test func `what is for UDP is refused`() throws {
        let bench = try Bench.tcp()
        let values: [any STUNAttributeValue] = [
            DontFragment(), EvenPort(reserveNext: false), ReservationToken(value: 1),
        ]
        for value in values {
            #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.tcp, value).error == 400)
        }
    }

    @Test func `over UDP there is none`() throws {
        let bench = try Bench.tcp()
        let stranger = bench.stranger()
        let request = try stranger.request(.allocate, bench.transactionID(), [RequestedTransport.tcp])
        let (outcome, client) = bench.relay.receive(request.rawSpan, fromStranger: stranger.address, at: bench.now)
        #expect(try Answer(outcome).error == 400 && client == nil)
    }

    @Test func `it does not move to another 5-tuple`() throws {
        let bench = try Bench.tcp { configuration, _ in configuration.allowsMobility = true }
        let ticket = MobilityTicket(bytes: [])
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.tcp, ticket).error == 405)
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, ticket).isSuccess)
    }

    @Test func `there are no channels and no indications`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let peer = try peer("5.5.5.5")
        #expect(try bench.ask(.channelBind, client, OpenRelayTests.channel, peer).error == 400)
        #expect(try bench.ask(.createPermission, client, peer).isSuccess)
        var send = STUNMessageWriter(type: MessageType(.send, .indication), transactionID: bench.transactionID())
        send.append(peer)
        send.append(.data, bytes: [1])
        #expect(bench.send(send.bytes, from: client) == .drop(.noAllocation))
    }

    @Test func `data of a UDP allocation does not reach a TCP allocation, nor the other way round`() throws {
        let bench = try Bench.tcp()
        let (udp, tcp) = (try bench.allocate(), try bench.allocateTCP())
        let toTCP = XORPeerAddress(address: try tcp.relayed)
        #expect(try bench.ask(.channelBind, udp, OpenRelayTests.channel, toTCP).isSuccess)
        let routing = bench.relay.route(channel: OpenRelayTests.channel, from: udp.id, at: bench.now.uptime)
        #expect(routing == .drop(.unknownPeer))
        #expect(try bench.ask(.connect, tcp, XORPeerAddress(address: udp.relayed)).error == 447)
        #expect(bench.sockets.dials.isEmpty)
    }

    // MARK: Connect

    @Test(arguments: ["5.5.5.5", "2a00:1450::9"])
    func `a connection leaves from the relayed address, and is answered when it is made`(text: String) throws {
        let bench = try Bench.tcp()
        let client = bench.connect()
        let both = AdditionalAddressFamily(family: .ipv6)
        _ = try bench.ask(.allocate, client, RequestedTransport.tcp, both)
        let peer = try peer(text, port: 80)
        let dial = try bench.dial(peer, client)
        #expect(dial.peer == peer.address && bench.sockets.open.values.contains(dial.source))
        #expect(dial.source.address.family == peer.address.address.family)
        #expect(bench.relay.deferred.isEmpty)
        bench.settle(dial)
        let answer = try bench.lateAnswer(to: client)
        #expect(try answer.isSuccess && answer.value(ConnectionID.self) == dial.connection)
        #expect(try answer.isAuthenticated(by: .messageIntegrity, key: client.credential.key))
    }

    @Test func `a peer that cannot be reached is 447, and may be tried again`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        bench.settle(try bench.dial(peer("5.5.5.5"), client), isConnected: false)
        #expect(try bench.lateAnswer(to: client).error == 447)
        #expect(bench.connections.count == 0)
        _ = try bench.connect(client, to: peer("5.5.5.5"))
    }

    @Test func `a peer that does not answer within 30 seconds is 447`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let dial = try bench.dial(peer("5.5.5.5"), client)
        _ = bench.advance(.milliseconds(29_999))
        #expect(bench.relay.deferred.isEmpty)
        _ = bench.advance(.milliseconds(1))
        #expect(try bench.lateAnswer(to: client).error == 447)
        #expect(bench.sockets.hungUp == [dial.connection] && bench.connections.count == 0)
        // Too late.
        bench.settle(dial)
        #expect(bench.relay.deferred.isEmpty && bench.connections.count == 0)
    }

    @Test func `a second connection to the same peer is 446, and the same request is not a second one`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let peer = try peer("5.5.5.5")
        let request = try client.request(.connect, bench.transactionID(), [peer])
        #expect(bench.send(request, from: client) == .pending && bench.send(request, from: client) == .pending)
        #expect(bench.sockets.dials.count == 1)
        #expect(try bench.ask(.connect, client, peer).error == 446)
        let dial = try #require(bench.sockets.dials.last)
        bench.settle(dial)
        #expect(bench.sent(to: client).count == 1)
        #expect(try bench.ask(.connect, client, peer).error == 446)
        // Another port is another peer; and one that is gone is none.
        _ = try bench.connect(client, to: TestSupport.peer("5.5.5.5", port: 10))
        bench.relay.connectionEnded(dial.connection, of: dial.allocation)
        _ = try bench.connect(client, to: peer)
    }

    @Test func `a Connect needs an allocation of its own kind and owner, and a peer`() throws {
        let bench = try Bench.tcp()
        let peer = try peer("5.5.5.5")
        #expect(try bench.ask(.connect, bench.connect(), peer).error == 437)
        #expect(try bench.ask(.connect, bench.allocate(), peer).error == 437)
        let client = try bench.allocateTCP()
        #expect(try bench.ask(.connect, client).error == 400)
        #expect(try bench.ask(.connect, client, TestSupport.peer("2a00:1450::9")).error == 443)
        #expect(try bench.ask(.connect, client, TestSupport.peer("10.0.0.1")).error == 403)
        client.credential = .bob
        #expect(try bench.ask(.connect, client, peer).error == 441)
        #expect(bench.sockets.dials.isEmpty && bench.connections.count == 0)
    }

    @Test func `an allocation has so many connections and no more`() throws {
        let bench = try Bench.tcp { configuration, _ in configuration.connectionsPerAllocation = 2 }
        let client = try bench.allocateTCP()
        let first = try bench.dial(peer("5.5.5.5", port: 1), client)
        _ = try bench.connect(client, to: peer("5.5.5.5", port: 2))
        #expect(try bench.ask(.connect, client, peer("5.5.5.5", port: 3)).error == 508)
        _ = try bench.ask(.createPermission, client, peer("5.5.5.5"))
        let inbound = try bench.relay.accept(
            from: peer("5.5.5.5", port: 3).address,
            for: bench.handle(of: client),
            at: bench.now.uptime
        )
        #expect(inbound == .refused(.peerConnections))
        bench.settle(first, isConnected: false)
        _ = try bench.connect(client, to: peer("5.5.5.5", port: 3))
    }

    // MARK: Allocations as peers

    @Test func `an allocation here is reached by its local address`() throws {
        let bench = try Bench.tcp([RelayAddress(OpenRelayTests.ipv4, external: OpenRelayTests.external)])
        let (one, other) = (try bench.allocateTCP(), try bench.allocateTCP(.bob))
        let dial = try bench.dial(XORPeerAddress(address: other.relayed), one)
        #expect(dial.peer == TransportAddress(OpenRelayTests.ipv4, port: try other.relayed.port))
        // By its other name it is the same peer.
        #expect(try bench.ask(.connect, one, XORPeerAddress(address: dial.peer)).error == 446)
        // The other sees the external address, and needs a permission for that.
        let handle = try bench.handle(of: other)
        #expect(
            bench.relay.accept(from: dial.source, for: handle, at: bench.now.uptime)
                == .refused(.peerWithoutPermission)
        )
        #expect(try bench.ask(.createPermission, other, XORPeerAddress(address: one.relayed)).isSuccess)
        _ = bench.relay.accept(from: dial.source, for: handle, at: bench.now.uptime)
        let message = try #require(bench.sent(to: other).last)
        let indication = try STUNMessageView(message.rawSpan)
        #expect(try indication.value(XORPeerAddress.self)?.address == one.relayed)
    }

    @Test func `an allocation of another room is no peer, in either direction`() throws {
        let bench = try Bench.tcp()
        let one = try bench.allocateTCP(bench.ephemeral(room: "north"))
        let other = try bench.allocateTCP(bench.ephemeral(room: "south"))
        #expect(try bench.ask(.connect, one, XORPeerAddress(address: other.relayed)).error == 403)
        _ = try bench.ask(.createPermission, other, XORPeerAddress(address: one.relayed))
        let admission = try bench.relay.accept(
            from: one.relayed,
            for: bench.handle(of: other),
            at: bench.now.uptime
        )
        #expect(admission == .refused(.otherRoom) && bench.sockets.dials.isEmpty)
    }

    @Test func `the relay's own addresses lead to allocations alone, and none to itself`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        #expect(try bench.ask(.connect, client, XORPeerAddress(address: client.relayed)).error == 447)
        let stray = XORPeerAddress(address: TransportAddress(OpenRelayTests.ipv4, port: 22))
        #expect(try bench.ask(.connect, client, stray).error == 447)
        _ = try bench.ask(.createPermission, client, stray)
        let admission = try bench.relay.accept(
            from: stray.address,
            for: bench.handle(of: client),
            at: bench.now.uptime
        )
        #expect(admission == .refused(.unknownPeer) && bench.sockets.dials.isEmpty)
    }

    // MARK: Connections from peers

    @Test func `a peer with a permission is announced, others leave nothing`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let handle = try bench.handle(of: client)
        let source = try peer("5.5.5.5", port: 777).address
        #expect(bench.relay.accept(from: source, for: handle, at: bench.now.uptime) == .refused(.peerWithoutPermission))
        #expect(bench.connections.count == 0 && bench.relay.deferred.isEmpty)

        _ = try bench.ask(.createPermission, client, peer("5.5.5.5"))
        guard case .admitted(let id) = bench.relay.accept(from: source, for: handle, at: bench.now.uptime) else {
            return #expect(Bool(false), "not admitted")
        }
        let message = try #require(bench.sent(to: client).last)
        let indication = try STUNMessageView(message.rawSpan)
        #expect(indication.type == MessageType(.connectionAttempt, .indication))
        #expect(try indication.value(ConnectionID.self) == id)
        #expect(try indication.value(XORPeerAddress.self)?.address == source)
        #expect(try bench.ask(.connect, client, XORPeerAddress(address: source)).error == 446)

        _ = bench.advance(.minutes(5))
        let late = try peer("5.5.5.5", port: 778).address
        #expect(bench.relay.accept(from: late, for: handle, at: bench.now.uptime) == .refused(.peerWithoutPermission))
    }

    // MARK: The end

    @Test(arguments: [true, false])
    func `connections end with their allocation`(isDisconnected: Bool) throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let open = try bench.connect(client, to: peer("5.5.5.5"))
        let pending = try bench.dial(peer("5.5.5.6"), client).connection
        if isDisconnected {
            bench.relay.disconnect(client.id, at: bench.now.uptime)
        } else {
            _ = try bench.ask(.refresh, client, Lifetime(seconds: 0))
            #expect(try bench.lateAnswer(to: client).error == 447)
        }
        #expect(bench.sockets.hungUp == [open, pending] && bench.connections.count == 0)
        #expect(bench.sockets.open.isEmpty && bench.directory.count == 0)
    }

    @Test func `connections of a family end with its relayed address`() throws {
        let bench = try Bench.tcp()
        let client = bench.connect()
        let both = AdditionalAddressFamily(family: .ipv6)
        _ = try bench.ask(.allocate, client, RequestedTransport.tcp, both)
        let ipv4 = try bench.connect(client, to: peer("5.5.5.5"))
        let ipv6 = try bench.connect(client, to: peer("2a00:1450::9"))
        _ = try bench.ask(.refresh, client, Lifetime(seconds: 0), RequestedAddressFamily(family: .ipv4))
        #expect(bench.sockets.hungUp == [ipv4] && bench.connections.count == 1)
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.sockets.hungUp == [ipv4, ipv6] && bench.connections.count == 0)
    }
}
