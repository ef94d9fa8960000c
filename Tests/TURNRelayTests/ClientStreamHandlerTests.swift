// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOEmbedded
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// A client's connection without a socket.
struct ClientStreamHandlerTests {
    /// Keeps the end of a connection from those behind, as TLS does while it says good-bye.
    private final class SilentEnd: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelInactive(context: ChannelHandlerContext) {}
    }

    @Test func `a connection that ends before it is a peer's is counted as a client's that has closed`() throws {
        let bench = try Bench.tcp()
        bench.now = Moment(uptime: .now(), unixTime: WallClock.seconds())
        let control = try bench.allocateTCP()
        let connection = try bench.connect(control, to: peer("5.5.5.5"))
        let loop = StreamRelayLoop(
            relay: bench.relay,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let address = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 1)
        let client = TestClient(id: ClientID(slot: 0, generation: 0), address: address, credential: .alice)
        bench.renewNonce(of: client)
        let request = try client.request(.connectionBind, bench.transactionID(), [connection])

        let channel = EmbeddedChannel()
        channel.allowOptionsWhenClosed = false
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        var decisions = 0
        let handler = ClientStreamHandler(
            loop: loop,
            address: address,
            acceptedAt: .now(),
            serverName: nil,
            onDecided: { decisions += 1 }
        )
        try channel.pipeline.syncOperations.addHandlers([SilentEnd(), handler])
        channel.close(promise: nil)
        #expect(loop.counters.closes.isEmpty)
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: request))
        #expect(loop.counters.closes == [.transportError: 1] && loop.counters.clients.sum == 1)
        channel.embeddedEventLoop.run()
        #expect(loop.counters.closes == [.transportError: 1] && decisions == 1)
    }
}
