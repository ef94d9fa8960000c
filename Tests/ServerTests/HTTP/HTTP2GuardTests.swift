// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import Server

/// How long HTTP/2 connections live. Streams of these are never answered, unless a test says so.
struct HTTP2GuardTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(type: 4)
    /// `:method: GET`, `:scheme: https`, `:path: /` and an `:authority` (RFC 7541, appendix A and section 6.2.1).
    private static let request: [UInt8] = [0x82, 0x87, 0x84, 0x41, 4] + Array("test".utf8)

    private final class Connection {
        let channel = EmbeddedChannel()
        private(set) var frames: [(type: UInt8, payload: ByteBuffer)] = []
        private var received = ByteBuffer()

        init(_ addStreamHandlers: @escaping @Sendable (any Channel) throws -> Void = { _ in }) throws {
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
            try HTTP2Guard.addHandlers(to: channel, addStreamHandlers: addStreamHandlers)
        }

        func say(_ bytes: [UInt8]) throws {
            // Handlers that close tell the reader of what is left.
            _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
            while case .byteBuffer(var bytes)? = try channel.readOutbound(as: IOData.self) {
                received.writeBuffer(&bytes)
            }
            while let start = received.getBytes(at: received.readerIndex, length: 9),
                let frame = received.readSlice(length: 9 + Int(start[1]) << 8 + Int(start[2]))
            {
                frames.append((start[3], frame.getSlice(at: frame.readerIndex + 9, length: frame.readableBytes - 9)!))
            }
        }

        func pass(_ seconds: Int64) throws {
            channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
            try say([])
        }

        /// The error codes of the GOAWAYs.
        var farewells: [UInt32] {
            frames.filter { $0.type == 7 }.compactMap {
                $0.payload.getInteger(at: $0.payload.readerIndex + 4)
            }
        }
    }

    private static func headers(_ stream: UInt8 = 1) -> [UInt8] {
        frame(type: 1, flags: 5, stream: stream, payload: request)
    }

    @Test(arguments: [[], Array(preface.prefix(10)), preface])
    func `a connection without a request ends soon`(begin: [UInt8]) throws {
        let connection = try Connection()
        try connection.say(begin)
        try connection.pass(9)
        #expect(connection.farewells.isEmpty)
        try connection.pass(1)
        #expect(connection.farewells == [0] && connection.channel.isActive)
        // Who does not close is not waited for.
        try connection.pass(10)
        #expect(!connection.channel.isActive)
    }

    @Test func `a connection ends a minute after its last answer, whatever else is said`() throws {
        let connection = try Connection { stream in
            stream.eventLoop.execute {
                let head = HTTP2Frame.FramePayload.Headers(headers: [":status": "200"], endStream: true)
                stream.writeAndFlush(HTTP2Frame.FramePayload.headers(head), promise: nil)
            }
        }
        try connection.say(Self.preface + Self.headers())
        try connection.pass(30)
        try connection.say(Self.headers(3))
        for _ in 0..<5 {
            try connection.pass(11)
            try connection.say(frame(type: 6, payload: Array(repeating: 1, count: 8)))
        }
        #expect(connection.farewells.isEmpty)
        try connection.pass(5)
        #expect(connection.farewells == [0])
    }

    /// The client asks for nothing but the answer, and lets none of it through.
    @Test func `a request that gets nowhere for a minute ends the connection`() throws {
        let connection = try Connection()
        try connection.say(Self.preface + Self.headers())
        try connection.pass(50)
        try connection.say(Self.headers(3))
        try connection.pass(9)
        #expect(connection.channel.isActive)
        try connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test func `what is asked when the server stops is answered`() throws {
        let connection = try Connection()
        try connection.say(Self.preface + Self.headers())
        for _ in 0..<2 { connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        // Crosses the GOAWAY, and is another server's to answer.
        try connection.say(Self.headers(3))
        try connection.pass(30)
        #expect(connection.farewells == [0] && connection.channel.isActive)
        try connection.say(frame(type: 3, stream: 1, payload: [0, 0, 0, 8]))
        try connection.pass(1)
        #expect(!connection.channel.isActive)
    }

    @Test(arguments: [
        // No preface, a frame that is too long, and DATA of a stream that there is not.
        Array("PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n".utf8), preface + [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1],
        preface + frame(type: 0, stream: 1, payload: [1]),
        // A request without a method, which is an error of its stream.
        preface + frame(type: 1, flags: 5, stream: 1, payload: Array(request.dropFirst())),
    ])
    func `an error ends the connection`(bytes: [UInt8]) throws {
        let connection = try Connection()
        try connection.say(bytes)
        #expect(!connection.channel.isActive)
    }
}

/// RFC 9113, section 4.1.
private func frame(type: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, payload: [UInt8] = []) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), type, flags, 0, 0, 0, stream] + payload
}
