// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import NIOPosix
import STUNCodec
import TURNClient
import Testing

@testable import TURNRelay

/// UDP clients and UDP peers on real sockets.
struct DatagramRelayTests {
    static let channel = ChannelNumber(rawValue: 0x4001)
    static let anyPort = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)

    /// A peer that sends everything back.
    func withEcho(
        host: String = "127.0.0.1",
        _ body: (TransportAddress) async throws -> Void
    ) async throws {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
            }
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_535))
            .bind(host: host, port: 0).get()
        let address = try #require(channel.localAddress.flatMap(TransportAddress.init))
        do {
            try await body(address)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private func first(_ count: Int, of connection: TURNConnection) async -> [RelayedData] {
        var received: [RelayedData] = []
        for await data in connection.data {
            received.append(data)
            if received.count == count { break }
        }
        return received
    }

    // MARK: Clients

    @Test func `UDP clients reach each other in the closed relay`() async throws {
        try await withRelay { relay, _ in
            let address = try relay.listenForDatagrams(on: Self.anyPort)
            let (one, other) = try await join(connectOverUDP(to: address), connectOverUDP(to: address))
            for number in 0..<50 as Range<UInt32> {
                one.send(ByteBuffer(integer: number), on: Self.channel)
            }
            let received = await first(50, of: other)
            #expect(
                received.map { $0.payload.getInteger(at: $0.payload.readerIndex) } == Array(0..<50 as Range<UInt32>)
            )
            await one.close()
            await other.close()
        }
    }

    @Test func `a UDP client and a TCP client reach each other`() async throws {
        try await withRelay { relay, tcp in
            let udp = try relay.listenForDatagrams(on: Self.anyPort)
            let (one, other) = try await join(connectOverUDP(to: udp), connect(to: tcp))
            one.send(ByteBuffer(string: "from UDP"), on: Self.channel)
            #expect(await first(1, of: other).map(\.payload) == [ByteBuffer(string: "from UDP")])
            other.send(ByteBuffer(string: "from TCP"), on: Self.channel)
            #expect(await first(1, of: one).map(\.payload) == [ByteBuffer(string: "from TCP")])
            await one.close()
            await other.close()
        }
    }

    @Test func `a listener of all addresses answers from the one that was asked`() async throws {
        try await withRelay { relay, _ in
            let any = try relay.listenForDatagrams(on: TransportAddress(IPAddress(ipv6High: 0, low: 0), port: 0))
            for host in ["127.0.0.1", "127.0.0.2", "::1"] {
                let address = TransportAddress(try #require(IPAddress(host)), port: any.port)
                // The client's socket is connected: it would not see an answer from elsewhere.
                let client = try await connectOverUDP(to: address)
                #expect(try await client.binding().address == IPAddress(host == "127.0.0.2" ? "127.0.0.1" : host))
                await client.close()
            }
        }
    }

    @Test func `a port that another program shares is refused`() async throws {
        try await withRelay { relay, _ in
            let other = try DatagramSocket(boundTo: Self.anyPort, options: .reusePort)
            #expect(throws: SystemCallError.self) { try relay.listenForDatagrams(on: other.localAddress) }
        }
    }

    @Test func `Binding responses come from the four sockets of NAT behavior discovery`() async throws {
        try await withRelay { relay, _ in
            let free = try [DatagramSocket(boundTo: Self.anyPort), DatagramSocket(boundTo: Self.anyPort)]
            let (firstPort, secondPort) = (free[0].localAddress.port, free[1].localAddress.port)
            _ = consume free
            let hosts = [IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv4: 0x7F00_0002)]
            for (index, host) in hosts.enumerated() {
                for (port, otherPort) in [(firstPort, secondPort), (secondPort, firstPort)] {
                    let vantage = DiscoveryVantage(
                        origin: TransportAddress(host, port: port),
                        other: TransportAddress(hosts[1 - index], port: otherPort)
                    )
                    _ = try relay.listenForDatagrams(on: vantage.origin, vantage: vantage)
                }
            }
            let client = try RawClient(server: TransportAddress(hosts[0], port: firstPort))
            for (changeAddress, changePort) in [(false, false), (true, true), (false, true), (true, false)] {
                let source = try client.sourceOfBinding(
                    ChangeRequest(changeAddress: changeAddress, changePort: changePort)
                )
                let host = hosts[changeAddress ? 1 : 0]
                #expect(source == TransportAddress(host, port: changePort ? secondPort : firstPort))
            }
        }
    }

    @Test func `deleting the allocation and making another works on one 5-tuple`() async throws {
        try await withRelay { relay, _ in
            let client = try await connectOverUDP(to: relay.listenForDatagrams(on: Self.anyPort))
            for _ in 0..<3 {
                _ = try await client.allocate()
                try await client.refresh(lifetime: 0)
            }
            #expect(relay.allocationCount == 0)
            await client.close()
        }
    }

    // MARK: Peers

    @Test(arguments: [0, 1, 1200, 9000, 60_000])
    func `payloads of all sizes go to a peer and back`(length: Int) async throws {
        try await withRelay(.open) { relay, tcp in
            let udp = try relay.listenForDatagrams(on: Self.anyPort)
            try await withEcho { echo in
                for client in [try await connectOverUDP(to: udp), try await connect(to: tcp)] {
                    _ = try await client.allocate()
                    try await client.bind(Self.channel, to: echo)
                    let payload = ByteBuffer(bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
                    client.send(payload, on: Self.channel)
                    #expect(await first(1, of: client).map(\.payload) == [payload])
                    await client.close()
                }
            }
        }
    }

    @Test func `indications go to a peer and back`() async throws {
        try await withRelay(.open) { relay, tcp in
            let udp = try relay.listenForDatagrams(on: Self.anyPort)
            try await withEcho { echo in
                for client in [try await connectOverUDP(to: udp), try await connect(to: tcp)] {
                    _ = try await client.allocate()
                    try await client.createPermission(for: echo)
                    client.send(ByteBuffer(string: "hello"), to: echo)
                    let answer = try #require(await first(1, of: client).first)
                    #expect(answer.payload == ByteBuffer(string: "hello") && answer.source == .peer(echo))
                    await client.close()
                }
            }
        }
    }

    @Test func `an IPv6 allocation reaches an IPv6 peer`() async throws {
        try await withRelay(.open) { relay, _ in
            let udp = try relay.listenForDatagrams(on: Self.anyPort)
            try await withEcho(host: "::1") { echo in
                let client = try await connectOverUDP(to: udp)
                let ipv6 = RequestedAddressFamily(family: .ipv6)
                _ = try await client.perform(.allocate, [RequestedTransport.udp, ipv6])
                try await client.bind(Self.channel, to: echo)
                client.send(ByteBuffer(string: "six"), on: Self.channel)
                #expect(await first(1, of: client).map(\.payload) == [ByteBuffer(string: "six")])
                await client.close()
            }
        }
    }

    @Test func `sockets are closed with their allocation`() async throws {
        try await withRelay(.open) { relay, _ in
            let client = try await connectOverUDP(to: relay.listenForDatagrams(on: Self.anyPort))
            let relayed = try await client.allocate()
            #expect(throws: SystemCallError.self) { try DatagramSocket(boundTo: relayed) }
            try await client.refresh(lifetime: 0)
            // The answer leaves in the same turn of the loop, so the socket is closed no later than the next answer.
            _ = try await client.binding()
            #expect(throws: Never.self) { try DatagramSocket(boundTo: relayed) }
            await client.close()
        }
    }

    @Test func `a peer that is not there is an ICMP attribute`() async throws {
        try await withRelay(.open) { relay, _ in
            let server = try relay.listenForDatagrams(on: Self.anyPort)
            let nobody = try DatagramSocket(boundTo: Self.anyPort).localAddress
            let client = try RawClient(server: server)
            try client.allocate(permissionFor: nobody)
            client.send(to: nobody)
            let message = try client.receive()
            let indication = try STUNMessageView(message.rawSpan)
            #expect(indication.type == MessageType(.data, .indication))
            #expect(try indication.value(XORPeerAddress.self)?.address == nobody)
            let icmp = try indication.value(ICMPAttribute.self)
            #expect(icmp == ICMPAttribute(type: 3, code: 3, errorData: 0))
        }
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }
}
