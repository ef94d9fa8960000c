// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import STUNCodec
import TURNClient
import TestSupport
import Testing

@testable import TURNRelay

/// The relay on real sockets, its clients on different event loops.
struct RelayServerTests {
    static let channel = ChannelNumber(rawValue: 0x4001)

    @Test func channelDataInOrderBothWays() async throws {
        try await withRelay { relay, address in
            let (one, other) = try await connectPair(to: address)
            for number in 0..<200 as Range<UInt32> {
                one.send(ByteBuffer(integer: number), on: Self.channel)
                other.send(ByteBuffer(integer: number + 1000), on: Self.channel)
            }
            #expect(try await numbers(of: other, count: 200) == Array(0..<200))
            #expect(try await numbers(of: one, count: 200) == Array(1000..<1200))
            let counters = await relay.counters()
            #expect(counters.queued.packets == 400 && counters.queued.bytes == 1600)
            await one.close()
            await other.close()
        }
    }

    /// As long as something is relayed, and for a tick or two.
    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func tellsWhetherItCarriesMedia(overUDP: Bool) async throws {
        try await withRelay { relay, address in
            let ports = try relay.listenForDatagrams(on: DatagramRelayTests.anyPort)
            let (one, other) =
                overUDP
                ? try await join(connectOverUDP(to: ports), connectOverUDP(to: ports))
                : try await connectPair(to: address)
            #expect(!relay.isCarryingMedia)
            while !relay.isCarryingMedia {
                one.send(ByteBuffer(string: "media"), on: Self.channel)
                try await Task.sleep(for: .milliseconds(10))
            }
            while relay.isCarryingMedia { try await Task.sleep(for: .milliseconds(10)) }
            await one.close()
            await other.close()
        }
    }

    private func numbers(of connection: TURNConnection, count: Int) async throws -> [UInt32] {
        var numbers: [UInt32] = []
        for await data in connection.data {
            #expect(data.source == .channel(Self.channel.rawValue))
            numbers.append(data.payload.getInteger(at: data.payload.readerIndex) ?? 0)
            if numbers.count == count { break }
        }
        return numbers
    }

    @Test(arguments: [0, 1, 3, 4, 1200, 16_384, 65_535])
    func payloadsOfAllSizes(length: Int) async throws {
        try await withRelay { _, address in
            let (one, other) = try await connectPair(to: address)
            let payload = ByteBuffer(bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
            one.send(payload, on: Self.channel)
            var iterator = other.data.makeAsyncIterator()
            #expect(await iterator.next()?.payload == payload)
            await one.close()
            await other.close()
        }
    }

    @Test func indications() async throws {
        try await withRelay { _, address in
            let (one, other) = (try await connect(to: address), try await connect(to: address))
            let (here, there) = (try await one.allocate(), try await other.allocate())
            try await one.createPermission(for: there)
            try await other.createPermission(for: here)
            one.send(ByteBuffer(string: "hello"), to: there)
            var iterator = other.data.makeAsyncIterator()
            let data = await iterator.next()
            #expect(data?.payload == ByteBuffer(string: "hello") && data?.source == .peer(here))
            await one.close()
            await other.close()
        }
    }

    @Test func closedConnectionFreesItsAllocation() async throws {
        try await withRelay { relay, address in
            let connection = try await connect(to: address)
            _ = try await connection.allocate()
            #expect(relay.allocationCount == 1)
            await connection.close()
            while relay.allocationCount > 0 { await Task.yield() }
        }
    }

    @Test(
        arguments: [[0x16, 3, 1, 0], Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 1, 0, 3, 1, 2, 3, 4], [0x80]]
            as [[UInt8]]
    )
    func otherProtocolsAreClosed(bytes: [UInt8]) async throws {
        try await withRelay { relay, address in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(to: address).get()
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
            try await channel.closeFuture.get()
            #expect(await relay.counters().closes == [.protocolViolation: 1])
        }
    }

    @Test func longMessagesWaitForAuthentication() async throws {
        try await withRelay { _, address in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(to: address).get()
            try await channel.writeAndFlush(ByteBuffer(bytes: [0, 1, 0xFF, 0xFC]))
            try await channel.closeFuture.get()
        }
    }

    @Test func idleUnauthenticatedConnectionsAreClosed() async throws {
        var configuration = RelayConfiguration()
        configuration.unauthenticatedTimeout = .milliseconds(50)
        try await withRelay(configuration) { relay, address in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(to: address).get()
            try await channel.closeFuture.get()
            #expect(await relay.counters().closes == [.unauthenticated: 1])
        }
    }

    /// Loops know each other: that must not keep them, and all they have, for ever.
    @Test(arguments: [RelayConfiguration.patient, .open])
    func `nothing is left of it once it has stopped`(configuration: RelayConfiguration) async throws {
        weak var realm: RelayRealm?
        do {
            let realms = RealmDirectory(default: try Bench.realmConfiguration())
            realm = realms.defaultRealm
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
            let relay = try RelayServer(
                configuration: configuration,
                realms: realms,
                eventLoops: Array(group.makeIterator()),
                servesDatagrams: true,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            let address = try relay.listenForDatagrams(on: DatagramRelayTests.anyPort)
            let client = try await connectOverUDP(to: address)
            _ = try await client.allocate()
            await client.close()
            let listener = try await ServerBootstrap(group: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(RelayAttachment(relay))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let other = try await connect(to: #require(listener.localAddress))
            _ = try await other.allocate()
            await relay.stop()
            try await other.channel.closeFuture.get()
            try await group.shutdownGracefully()
        }
        // Threads for datagrams end by themselves.
        let deadline = NIODeadline.now() + .seconds(10)
        while realm != nil, .now() < deadline { await Task.yield() }
        #expect(realm == nil)
    }

    /// A client that stops reading costs itself its media, and the server a bounded amount of memory.
    @Test func slowReceiverLosesOldMedia() async throws {
        var configuration = RelayConfiguration.patient
        configuration.sendQueue.bytes = 64 * 1024
        try await withRelay(configuration) { relay, address in
            let (one, other) = try await connectPair(to: address)
            try await other.channel.setOption(.autoRead, value: false).get()
            let payload = ByteBuffer(bytes: [0x80, 96] + Array(repeating: 0, count: 1198))
            while await relay.counters().drops[.queueBytes] == nil {
                for _ in 0..<500 {
                    one.send(payload, on: Self.channel)
                }
            }
            try await other.channel.setOption(.autoRead, value: true).get()
            // It reads again, and new media arrives.
            one.send(ByteBuffer(bytes: [22, 254, 253, 7]), on: Self.channel)
            for await data in other.data where data.payload == ByteBuffer(bytes: [22, 254, 253, 7]) { break }
            await one.close()
            await other.close()
        }
    }
}
