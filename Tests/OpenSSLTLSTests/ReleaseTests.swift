// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLTLS
import Testing

/// A connection that goes on without its channel, and with another.
@Suite struct ReleaseTests {
    private func release(_ end: Endpoint) throws -> TLSRecordLayer {
        try #require(try handler(of: end).release())
    }

    private func handler(of end: Endpoint) throws -> TLSServerHandler {
        try end.channel.pipeline.syncOperations.handler(type: TLSServerHandler.self)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `bytes go both ways, and the channel's end says nothing`(version: TLSVersion) throws {
        let pair = try Pair(version)
        let layer = try release(pair.server)
        pair.server.tap.writes = []
        pair.server.channel.close(promise: nil)
        #expect(pair.server.tap.writes.isEmpty)

        pair.client.send("to the server")
        var received = try pair.client.takeSent()
        let length = received.readableBytes
        let most = received.readSlice(length: length - 1)
        var plaintext = ByteBuffer()
        #expect(layer.decrypt(try #require(most), into: &plaintext) == .needsInput && plaintext.readableBytes == 0)
        #expect(layer.decrypt(received, into: &plaintext) == .needsInput)
        #expect(String(buffer: plaintext) == "to the server" && layer.takeOutput() == nil)

        var output = ByteBufferAllocator().buffer(capacity: 100)
        try layer.encrypt(ByteBuffer(string: "to the client"), into: &output)
        #expect(records([output]).count == 1 && layer.takeOutput() == nil)
        pair.client.deliver(output)
        #expect(pair.client.recorder.text == "to the client")
    }

    @Test func `what OpenSSL says by itself goes before what is encrypted`() throws {
        let identity = try Fixtures.identity("a.test")
        let pair = try Pair(Fixtures.client(), Fixtures.server(identity), name: "a.test")
        try pair.carryAll(from: pair.client, to: pair.server)
        try pair.carryAll(from: pair.server, to: pair.client)
        // With the client's Finished and its first words the server has a ticket to send, and somebody releases it first.
        let releaser = Releaser(try handler(of: pair.server))
        try pair.server.channel.pipeline.syncOperations.addHandler(releaser, position: .before(pair.server.recorder))
        pair.client.send("hello")
        try pair.carryAll(from: pair.client, to: pair.server)
        let layer = try #require(releaser.layer)
        var output = ByteBuffer()
        try layer.encrypt(ByteBuffer(string: "answer"), into: &output)
        #expect(records([output]).count == 2 && layer.takeOutput() == nil)
        pair.client.deliver(output)
        #expect(pair.client.recorder.text == "answer" && pair.client.recorder.errors.isEmpty)
    }

    /// Takes the connection with the first bytes, as the relay does.
    private final class Releaser: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let handler: TLSServerHandler
        var layer: TLSRecordLayer?

        init(_ handler: TLSServerHandler) {
            self.handler = handler
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted? = event as? TLSUserEvent { layer = handler.release() }
        }
    }

    @Test func `another handler takes it again`() throws {
        let pair = try Pair()
        let other = try Endpoint(TLSServerHandler(try release(pair.server)))
        try other.connect()
        pair.client.send("to the other")
        other.deliver(try pair.client.takeSent())
        #expect(other.recorder.text == "to the other" && other.recorder.session == nil)
        other.send("back")
        pair.client.deliver(try other.takeSent())
        #expect(pair.client.recorder.text == "back")
        other.channel.close(promise: nil)
        pair.client.deliver(try other.takeSent())
        #expect(pair.client.recorder.log.contains("closed") && pair.client.recorder.errors.isEmpty)
    }

    @Test func `the peer's good-bye and its nonsense are told apart`() throws {
        let pair = try Pair()
        let layer = try release(pair.server)
        var plaintext = ByteBuffer()
        pair.client.send("last")
        pair.client.channel.close(promise: nil)
        #expect(layer.decrypt(try pair.client.takeSent(), into: &plaintext) == .closed)
        #expect(String(buffer: plaintext) == "last")

        let nonsense = try release(Pair().server)
        #expect(nonsense.decrypt(ByteBuffer(repeating: 0x40, count: 100), into: &plaintext) == .failed)
        // An alert.
        #expect(nonsense.takeOutput() != nil)
    }

    @Test func `its own good-bye`() throws {
        let pair = try Pair()
        let layer = try release(pair.server)
        layer.sayGoodbye()
        pair.client.deliver(try #require(layer.takeOutput()))
        #expect(pair.client.recorder.log.contains("closed") && pair.client.recorder.errors.isEmpty)
    }

    @Test func `nothing is given away that is not open, that has something to write, or twice`() throws {
        let configuration = try Fixtures.server(Fixtures.identity("a.test"))
        let fresh = try Endpoint(TLSServerHandler(configuration: configuration, executor: .inline))
        #expect(try handler(of: fresh).release() == nil)
        let writing = try Pair().server
        writing.channel.write(ByteBuffer(string: "later"), promise: nil)
        #expect(try handler(of: writing).release() == nil)
        let pair = try Pair()
        _ = try release(pair.server)
        #expect(try handler(of: pair.server).release() == nil)
    }
}
