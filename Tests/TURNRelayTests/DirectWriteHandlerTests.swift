// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOPosix
import STUNCodec
import Synchronization
import Testing

@testable import TURNRelay

/// Writes that leave past the channel, on real sockets.
@Suite(.timeLimit(.minutes(1)))
struct DirectWriteHandlerTests {
    /// Counts the writes that reach the channel.
    private final class ChannelWrites: ChannelOutboundHandler, Sendable {
        typealias OutboundIn = ByteBuffer

        let count = Atomic(0)

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            count.add(1, ordering: .relaxed)
            context.write(data, promise: promise)
        }
    }

    /// Tells when a channel has become active: before, nothing can be sent.
    private final class Activity: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let onActive: () -> Void

        init(_ onActive: @escaping () -> Void) {
            self.onActive = onActive
        }

        func channelActive(context: ChannelHandlerContext) {
            onActive()
            context.fireChannelActive()
        }
    }

    private static let bufferSize: Int32 = 64 * 1024
    /// More than the sockets hold of what the other side does not read.
    private static let large = 4 * 1024 * 1024

    /// A channel and the other side of its connection.
    private func withConnection(_ body: (any Channel, StreamSocket) async throws -> Void) async throws {
        let accepted = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: (any Channel).self)
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.socketOption(.so_sndbuf), value: SocketOptionValue(Self.bufferSize))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Activity { accepted.succeed(channel) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(listener.localAddress.flatMap(TransportAddress.init))
        let other = try StreamSocket(connectedTo: address, bufferSize: Self.bufferSize)
        let channel = try await accepted.futureResult.get()
        try await body(channel, other)
        try? await channel.close()
        try await listener.close()
    }

    /// - Returns: what counts behind it.
    private func add(to channel: any Channel) async throws -> ChannelWrites {
        try await channel.eventLoop.submit {
            let writes = ChannelWrites()
            try DirectWriteHandler.add(to: channel)
            try channel.pipeline.syncOperations.addHandler(writes, position: .first)
            return writes
        }.get()
    }

    private func numbers(_ range: Range<Int>) -> [UInt8] {
        range.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * (3 - $0))) } }
    }

    @Test func `what the socket takes never reaches the channel`() async throws {
        try await withConnection { channel, other in
            let writes = try await add(to: channel)
            for number in 0..<100 {
                try await channel.writeAndFlush(ByteBuffer(bytes: numbers(number..<number + 1)))
            }
            #expect(try other.receive(400) == numbers(0..<100))
            #expect(writes.count.load(ordering: .relaxed) == 0)
        }
    }

    @Test func `what the socket does not take comes in order, and what follows does not overtake it`() async throws {
        try await withConnection { channel, other in
            let writes = try await add(to: channel)
            let length = 16 * 1024
            let sent = try await channel.eventLoop.submit {
                var sent = 0
                while channel.isWritable, sent < Self.large {
                    channel.writeAndFlush(ByteBuffer(bytes: numbers(sent / 4..<(sent + length) / 4)), promise: nil)
                    sent += length
                }
                return sent
            }.get()
            #expect(sent < Self.large && writes.count.load(ordering: .relaxed) == 1)
            channel.write(ByteBuffer(bytes: numbers(sent / 4..<sent / 4 + 1)), promise: nil)
            let last = channel.eventLoop.makePromise(of: Void.self)
            channel.writeAndFlush(ByteBuffer(bytes: numbers(sent / 4 + 1..<sent / 4 + 2)), promise: last)
            #expect(try other.receive(sent + 8) == numbers(0..<sent / 4 + 2))
            try await last.futureResult.get()
            let count = writes.count.load(ordering: .relaxed)
            try await channel.writeAndFlush(ByteBuffer(string: "again"))
            #expect(try other.receive(5) == Array("again".utf8))
            #expect(writes.count.load(ordering: .relaxed) == count, "the socket takes everything again")
        }
    }

    @Test func `what is flushed together stays in order`() async throws {
        try await withConnection { channel, other in
            _ = try await add(to: channel)
            for number in 0..<10 { channel.write(ByteBuffer(bytes: numbers(number..<number + 1)), promise: nil) }
            channel.flush()
            try await channel.writeAndFlush(ByteBuffer(bytes: numbers(10..<11)))
            #expect(try other.receive(44) == numbers(0..<11))
        }
    }

    @Test(arguments: [false, true])
    func `what was written before is not overtaken`(isFlushed: Bool) async throws {
        try await withConnection { channel, other in
            channel.write(ByteBuffer(repeating: 1, count: Self.large), promise: nil)
            if isFlushed { channel.flush() }
            _ = try await add(to: channel)
            let last = channel.eventLoop.makePromise(of: Void.self)
            channel.writeAndFlush(ByteBuffer(repeating: 2, count: 4), promise: last)
            #expect(try other.receive(Self.large + 4) == Array(repeating: 1, count: Self.large) + [2, 2, 2, 2])
            try await last.futureResult.get()
        }
    }

    @Test func `what is not flushed is written before the output is closed, as by a channel`() async throws {
        try await withConnection { channel, other in
            _ = try await add(to: channel)
            channel.write(ByteBuffer(string: "last"), promise: nil)
            channel.close(mode: .output, promise: nil)
            channel.flush()
            #expect(try other.receive(4) == Array("last".utf8))
            #expect(other.isAtEnd())
        }
    }

    @Test func `writes of a connection that is gone fail`() async throws {
        try await withConnection { channel, other in
            _ = try await add(to: channel)
            let unflushed = channel.eventLoop.makePromise(of: Void.self)
            channel.write(ByteBuffer(string: "unflushed"), promise: unflushed)
            try await channel.close()
            await #expect(throws: ChannelError.self) { try await unflushed.futureResult.get() }
            await #expect(throws: ChannelError.self) { try await channel.writeAndFlush(ByteBuffer(string: "late")) }
            #expect(other.isAtEnd())
        }
        try await withConnection { channel, other in
            _ = try await add(to: channel)
            other.close()
            await #expect(throws: (any Error).self) {
                while true { try await channel.writeAndFlush(ByteBuffer(string: "to nobody")) }
            }
            try await channel.closeFuture.get()
        }
    }

    @Test func `a channel without a socket is left as it is`() throws {
        let channel = EmbeddedChannel()
        try DirectWriteHandler.add(to: channel)
        try channel.writeOutbound(ByteBuffer(string: "bytes"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "bytes"))
        _ = try channel.finish()
    }
}
