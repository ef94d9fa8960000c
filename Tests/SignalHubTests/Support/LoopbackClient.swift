// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOWebSocket

@testable import SignalHub

/// A client of `LoopbackServer`.
final class LoopbackClient {
    enum Received: Equatable, Sendable {
        case text(String)
        case close(UInt16?)
        case end
    }

    struct UnexpectedEnd: Error {}

    let channel: any Channel
    private var inbox: AsyncStream<Received>.Iterator
    private(set) var peerID = ""

    init(channel: any Channel, stream: AsyncStream<Received>) {
        self.channel = channel
        self.inbox = stream.makeAsyncIterator()
    }

    func send(_ frame: ClientFrame) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: frame.bytes))
    }

    func send(_ text: String) async throws {
        try await send(ClientFrame(ClientFrame.text, text))
    }

    func receive() async -> Received {
        await inbox.next(isolation: #isolation) ?? .end
    }

    /// The next message that is no ping.
    func said() async throws -> Said {
        guard case .text(let text) = await receive() else { throw UnexpectedEnd() }
        return try Said(text)
    }

    /// What comes until the connection is over, without texts.
    func closes() async -> [Received] {
        var closes: [Received] = []
        while closes.last != .end {
            let next = await receive()
            if case .text = next { continue }
            closes.append(next)
        }
        return closes
    }

    /// Joins a room, and returns who is in it.
    func join(_ room: String = "default") async throws -> [String] {
        try await send(#"{"type":"join","room":"\#(room)"}"#)
        let joined = try await said()
        peerID = joined.peerId ?? ""
        return joined.peers ?? []
    }

    func offer(_ sdp: String, to target: LoopbackClient) async throws {
        try await send(#"{"type":"offer","target":"\#(target.peerID)","sdp":{"type":"offer","sdp":"\#(sdp)"}}"#)
    }
}

/// Answers pings and Close frames as a browser does, and hands the rest to the test.
final class LoopbackCollector: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = ByteBuffer

    private let inbox: AsyncStream<LoopbackClient.Received>.Continuation
    private let answersPings: Bool

    init(inbox: AsyncStream<LoopbackClient.Received>.Continuation, answersPings: Bool) {
        self.inbox = inbox
        self.answersPings = answersPings
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            inbox.yield(.text(frame.text))
        case .ping where answersPings:
            write(ClientFrame(ClientFrame.pong, frame.text), context)
        case .connectionClose:
            inbox.yield(.close(frame.closeCode))
            if answersPings { write(ClientFrame(ClientFrame.close, Array(frame.data.readableBytesView)), context) }
        default:
            break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.yield(.end)
        inbox.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func write(_ frame: ClientFrame, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: frame.bytes)), promise: nil)
    }
}
