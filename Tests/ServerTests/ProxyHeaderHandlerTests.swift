// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOEmbedded
import STUNCodec
import Testing

@testable import Server

struct ProxyHeaderHandlerTests {
    private static let proxy = TransportAddress(IPAddress(ipv4: 0x7F00_0002), port: 1)

    /// A handler in a channel, and what it told.
    private final class Bench {
        let channel = EmbeddedChannel()
        var clients: [TransportAddress] = []
        var endCount = 0
        var refusal: (any Error)?

        init() throws {
            let connection = ClientConnection(
                channel: channel,
                address: ProxyHeaderHandlerTests.proxy,
                acceptedAt: .uptimeNanoseconds(0)
            )
            let handler = ProxyHeaderHandler(
                connection: connection,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                onHeader: { [unowned self] client in
                    if let refusal { throw refusal }
                    clients.append(client.address)
                },
                onEnd: { [unowned self] in endCount += 1 }
            )
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.2", port: 1)).wait()
        }

        func receive(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
            // Handlers leave a closed channel in the loop's next turn.
            channel.embeddedEventLoop.run()
        }
    }

    @Test func whatFollowsTheHeaderPasses() throws {
        let bench = try Bench()
        for part in ["PROXY TCP4 192.0.2.1", " 192.0.2.2 5000 443\r", "\nfirst", " rest"] { try bench.receive(part) }
        var passed = ""
        while let buffer = try bench.channel.readInbound(as: ByteBuffer.self) { passed += String(buffer: buffer) }
        #expect(passed == "first rest")
        #expect(bench.clients.map(\.description) == ["192.0.2.1:5000"] && bench.endCount == 1)
        bench.channel.embeddedEventLoop.advanceTime(by: .minutes(1))
        #expect(bench.channel.isActive, "the deadline ended with the header")
    }

    @Test func theProxysOwnConnectionKeepsItsAddress() throws {
        let bench = try Bench()
        try bench.receive("PROXY UNKNOWN\r\n")
        #expect(bench.clients == [Self.proxy] && bench.endCount == 1)
    }

    @Test func aBadHeaderEndsTheConnection() throws {
        let bench = try Bench()
        try bench.receive("PROXY TCP4 somewhere\r\nGET / HTTP/1.1\r\n")
        #expect(!bench.channel.isActive && bench.clients.isEmpty && bench.endCount == 1)
        #expect(try bench.channel.readInbound(as: ByteBuffer.self) == nil)
    }

    @Test func aHeaderMustComeInTime() throws {
        let bench = try Bench()
        try bench.receive("PROXY ")
        bench.channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(bench.channel.isActive)
        bench.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        bench.channel.embeddedEventLoop.run()
        #expect(!bench.channel.isActive && bench.endCount == 1)
    }

    @Test func aClientWithoutAPlaceIsClosed() throws {
        let bench = try Bench()
        bench.refusal = ChannelError.connectPending
        try bench.receive("PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\nfirst")
        #expect(!bench.channel.isActive && bench.endCount == 1)
        #expect(try bench.channel.readInbound(as: ByteBuffer.self) == nil)
    }
}
