// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLTLS
import Testing

@Suite struct ClosingTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func closeSaysGoodbye(version: TLSVersion) throws {
        let pair = try Pair(version)
        pair.client.send("last words")
        pair.client.channel.close(promise: nil)
        try pair.pump()
        #expect(pair.server.recorder.text == "last words")
        #expect(pair.server.recorder.log == ["handshake", "data", "closed", "inactive"])
        #expect(pair.server.recorder.errors.isEmpty)
        #expect(!pair.server.channel.isActive)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func halfClosure(version: TLSVersion) throws {
        let pair = try Pair(version)
        pair.server.channel.allowRemoteHalfClosure = true
        pair.client.send("question")
        try pair.client.channel.close(mode: .output).wait()
        #expect(pair.client.tap.isOutputClosed)
        try pair.pump()
        #expect(pair.server.recorder.text == "question")
        #expect(pair.server.recorder.log == ["handshake", "data", "closed", "inputClosed"])
        #expect(pair.server.channel.isActive)
        #expect(throws: ChannelError.outputClosed) {
            try pair.client.channel.writeAndFlush(ByteBuffer(string: "more")).wait()
        }
        pair.server.send("answer")
        pair.server.channel.close(promise: nil)
        try pair.pump()
        #expect(pair.client.recorder.text == "answer")
        #expect(pair.client.recorder.log.contains("closed"))
        #expect(pair.client.recorder.errors.isEmpty)
    }

    @Test func truncationIsAnErrorForClientsOnly() throws {
        let pair = try Pair()
        pair.client.channel.pipeline.fireChannelInactive()
        pair.server.channel.pipeline.fireChannelInactive()
        #expect(pair.client.recorder.tlsError?.reason == .truncated)
        #expect(pair.client.recorder.log == ["handshake", "error", "inactive"])
        #expect(pair.server.recorder.log == ["handshake", "inactive"])
    }

    @Test func truncationOnHalfClosingChannels() throws {
        let pair = try Pair()
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.recorder.log == ["handshake", "inputClosed"])
        pair.server.send("still answering")
        try pair.pump()
        #expect(pair.client.recorder.text == "still answering")
    }

    @Test func bytesAfterCloseNotifyAreIgnored() throws {
        let pair = try Pair()
        pair.server.channel.allowRemoteHalfClosure = true
        try pair.client.channel.close(mode: .output).wait()
        try pair.pump()
        pair.server.channel.pipeline.fireChannelRead(ByteBuffer(string: "garbage after the end"))
        pair.server.channel.pipeline.fireChannelReadComplete()
        #expect(pair.server.recorder.errors.isEmpty)
        #expect(pair.server.recorder.reads == 0)
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{0}\u{1}\u{0}\u{0}!\u{12}\u{24}B", "\u{16}\u{3}\u{1}\u{7F}\u{7F}"])
    func garbageInsteadOfTLS(text: String) throws {
        let server = try Endpoint(
            TLSServerHandler(configuration: Fixtures.server(Fixtures.identity("a.test")), executor: .inline)
        )
        try server.connect()
        server.channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        server.channel.pipeline.fireChannelRead(ByteBuffer(repeating: 0x41, count: 40_000))
        #expect(server.recorder.errors.count == 1)
        #expect(server.recorder.tlsError?.reason == .protocolViolation)
        #expect(!server.channel.isActive)
    }

    @Test func endOfStreamDuringTheHandshake() throws {
        let pair = try Pair(Fixtures.client(), Fixtures.server(Fixtures.identity("a.test")), name: "a.test")
        let hello = try #require(try pair.client.channel.readOutbound(as: ByteBuffer.self))
        pair.server.channel.pipeline.fireChannelRead(hello.getSlice(at: 0, length: 20)!)
        pair.server.channel.pipeline.fireChannelInactive()
        #expect(pair.server.recorder.log == ["error", "inactive"])
        #expect(pair.server.recorder.tlsError?.reason == .closedDuringHandshake)
        #expect(pair.server.recorder.tlsError?.description == "peer closed during handshake")
    }

    @Test func connectionWithoutAByteEndsQuietly() throws {
        let server = try Endpoint(
            TLSServerHandler(configuration: Fixtures.server(Fixtures.identity("a.test")), executor: .inline)
        )
        try server.connect()
        server.channel.pipeline.fireChannelInactive()
        #expect(server.recorder.log == ["inactive"])
    }

    @Test func alertInsteadOfAnAnswer() throws {
        let client = try Endpoint(TLSClientHandler(configuration: Fixtures.client(), serverName: "a.test"))
        try client.connect()
        client.channel.pipeline.fireChannelRead(ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 40]))
        #expect(client.recorder.tlsError?.reason == .alertReceived(40))
        #expect(client.recorder.tlsError?.description == "peer's alert: handshake failure (40)")
        #expect(client.recorder.errors.count == 1)
        #expect(!client.channel.isActive)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func forgedRecord(version: TLSVersion) throws {
        let pair = try Pair(version)
        pair.client.send("genuine")
        var bytes = try #require(try pair.client.channel.readOutbound(as: ByteBuffer.self))
        let last = bytes.writerIndex - 1
        bytes.setInteger(bytes.getInteger(at: last, as: UInt8.self)! ^ 1, at: last)
        pair.server.channel.pipeline.fireChannelRead(bytes)
        #expect(pair.server.recorder.errors.count == 1)
        #expect(pair.server.recorder.tlsError?.reason == .protocolViolation)
        #expect(pair.server.recorder.reads == 0)
        try pair.pump()
        #expect(pair.client.recorder.tlsError?.reason == .alertReceived(20), "bad_record_mac")
    }

    /// Every single-byte change in a client's hello either still is a hello or ends in one error; none traps.
    @Test func damagedHello() throws {
        let configuration = try Fixtures.server(Fixtures.identity("a.test"))
        let client = try Endpoint(TLSClientHandler(configuration: Fixtures.client(), serverName: "a.test"))
        try client.connect()
        let hello = try #require(try client.channel.readOutbound(as: ByteBuffer.self))
        for index in 0..<hello.readableBytes {
            let server = try Endpoint(TLSServerHandler(configuration: configuration, executor: .inline))
            try server.connect()
            var damaged = hello
            damaged.setInteger(hello.getInteger(at: index, as: UInt8.self)! ^ 0xFF, at: index)
            server.channel.pipeline.fireChannelRead(damaged)
            #expect(server.recorder.errors.count <= 1)
            #expect(server.channel.isActive == server.recorder.errors.isEmpty)
        }
    }
}
