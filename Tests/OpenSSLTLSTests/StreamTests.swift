// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLTLS
import Testing

@Suite struct StreamTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func writesBecomeFewRecordsInOneBuffer(version: TLSVersion) throws {
        let pair = try Pair(version)
        pair.server.tap.writes = []
        let sizes = [10, 0, 1000, 20_000, 40_000, 5, 16_384, 1]
        var expected = ByteBuffer()
        for (index, size) in sizes.enumerated() {
            let bytes = ByteBuffer(repeating: UInt8(index), count: size)
            expected.writeImmutableBuffer(bytes)
            pair.server.channel.write(bytes, promise: nil)
        }
        #expect(pair.server.tap.writes.isEmpty, "nothing goes before flush")
        pair.server.channel.flush()
        #expect(pair.server.tap.writes.count == 1)
        let count = records(pair.server.tap.writes).count
        #expect(count == (expected.readableBytes + 16_383) / 16_384)
        try pair.pump(chunk: 1000)
        #expect(pair.client.recorder.received == expected)
    }

    @Test func promisesSucceedWithTheWrite() throws {
        let pair = try Pair()
        let loop = pair.server.channel.embeddedEventLoop
        let promises = (0..<3).map { _ in loop.makePromise(of: Void.self) }
        for promise in promises { pair.server.channel.write(ByteBuffer(string: "x"), promise: promise) }
        pair.server.channel.flush()
        loop.run()
        for promise in promises { try promise.futureResult.wait() }
    }

    @Test func emptyWriteSucceeds() throws {
        let pair = try Pair()
        let future = pair.server.channel.writeAndFlush(ByteBuffer())
        pair.server.channel.embeddedEventLoop.run()
        try future.wait()
        try pair.pump()
        #expect(pair.client.recorder.reads == 0)
    }

    @Test func writesFailWithTheConnection() throws {
        let pair = try Pair()
        let unflushed = pair.server.channel.write(ByteBuffer(string: "x"))
        pair.server.channel.close(promise: nil)
        #expect(throws: ChannelError.ioOnClosedChannel) { try unflushed.wait() }
        #expect(throws: ChannelError.ioOnClosedChannel) {
            try pair.server.channel.writeAndFlush(ByteBuffer(string: "x")).wait()
        }
    }

    @Test func writesBeforeTheHandshakeFailWithIt() throws {
        let server = try Fixtures.server(Fixtures.identity("b.test"), servesUnknownNames: true)
        let pair = try Pair(Fixtures.client(), server, name: "a.test")
        let write = pair.client.channel.writeAndFlush(ByteBuffer(string: "x"))
        try pair.pump()
        let error = #expect(throws: TLSError.self) { try write.wait() }
        #expect(error?.reason == .certificateRejected)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func largeTransferBothWays(version: TLSVersion) throws {
        let pair = try Pair(version)
        let piece = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        var expected = ByteBuffer()
        for _ in 0..<80 {
            pair.client.channel.writeAndFlush(piece, promise: nil)
            pair.server.channel.writeAndFlush(piece, promise: nil)
            expected.writeImmutableBuffer(piece)
            try pair.pump(chunk: 65_536)
        }
        #expect(pair.client.recorder.received == expected)
        #expect(pair.server.recorder.received == expected)
    }

    @Test func recordsOfOneReadAreOneBuffer() throws {
        let pair = try Pair()
        pair.client.send("one ")
        pair.client.send("two ")
        pair.client.send("three")
        var all = ByteBuffer()
        while var bytes = try pair.client.channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&bytes) }
        let before = pair.server.recorder.readCompletes
        pair.server.channel.pipeline.fireChannelRead(all)
        pair.server.channel.pipeline.fireChannelReadComplete()
        #expect(pair.server.recorder.text == "one two three")
        #expect(pair.server.recorder.reads == 1)
        #expect(pair.server.recorder.readCompletes == before + 1)
    }

    /// With `autoRead` off one `read()` from behind has to lead to something, however many pieces a record comes in,
    /// and to no more than that.
    @Test func readIsRepeatedUntilSomethingComes() throws {
        let pair = try Pair()
        pair.client.send("hello")
        var bytes = try #require(try pair.client.channel.readOutbound(as: ByteBuffer.self))
        let (tap, recorder, pipeline) = (pair.server.tap, pair.server.recorder, pair.server.channel.pipeline)
        tap.readRequests = 0
        let completesBefore = recorder.readCompletes
        pair.server.channel.read()
        #expect(tap.readRequests == 1)
        let pieces = bytes.readableBytes
        while let piece = bytes.readSlice(length: 1) {
            pipeline.fireChannelRead(piece)
            pipeline.fireChannelReadComplete()
        }
        #expect(recorder.text == "hello")
        #expect(tap.readRequests == pieces, "one for each piece that is not the last")
        #expect(recorder.readCompletes == completesBefore + 1)
    }

    @Test func nothingIsReadUnasked() throws {
        let pair = try Pair()
        pair.client.send("hello")
        pair.server.tap.readRequests = 0
        pair.server.channel.pipeline.fireChannelRead(
            try #require(try pair.client.channel.readOutbound(as: ByteBuffer.self))
        )
        pair.server.channel.pipeline.fireChannelReadComplete()
        #expect(pair.server.tap.readRequests == 0)
    }
}
