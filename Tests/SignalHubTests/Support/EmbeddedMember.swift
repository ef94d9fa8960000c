// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOWebSocket

@testable import SignalHub

/// A `WebSocketHandler` behind NIO's frame encoder and decoder, in memory.
final class EmbeddedMember {
    let channel = EmbeddedChannel()
    let handler: WebSocketHandler
    private(set) var events: [WebSocketHandler.Event] = []
    private let reads = ReadCounter()
    private let reader = EmbeddedChannel()

    init(limits: SignalLimits = SignalLimits()) throws {
        let box = EventBox()
        handler = WebSocketHandler(limits: limits, at: .uptimeNanoseconds(0)) { box.report?($0) }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(reads)
        try pipeline.addHandler(WebSocketFrameEncoder())
        try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.messageBytes)))
        try pipeline.addHandler(handler)
        try reader.pipeline.syncOperations.addHandler(
            ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20))
        )
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        box.report = { [unowned self] in events.append($0) }
    }

    private final class EventBox {
        var report: ((WebSocketHandler.Event) -> Void)?
    }

    /// Reads that arrived at the socket.
    var readCount: Int { reads.count }

    /// Flushes that reached the socket.
    var flushCount: Int { reads.flushes }

    func receive(_ frames: ClientFrame...) {
        receive(frames.flatMap(\.bytes))
    }

    func receive(_ bytes: [UInt8]) {
        // What the decoder refuses is thrown here as well as given to the handler.
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// What was sent since the last call.
    func sent() throws -> [WebSocketFrame] {
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            try reader.writeInbound(bytes)
        }
        var frames: [WebSocketFrame] = []
        while let frame = try reader.readInbound(as: WebSocketFrame.self) { frames.append(frame) }
        return frames
    }

    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    func pass(_ time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    var messages: [String] {
        events.compactMap { if case .message(let text) = $0 { text } else { nil } }
    }

    var ends: [SessionEnd] {
        events.compactMap { if case .closed(let end) = $0 { end } else { nil } }
    }

    var isClosing: Bool { events.contains(.closing) }
}

private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var count = 0

    var flushes = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }

    func flush(context: ChannelHandlerContext) {
        flushes += 1
        context.flush()
    }
}

extension WebSocketFrame {
    var text: String { String(buffer: data) }

    /// Of a Close frame.
    var closeCode: UInt16? {
        opcode == .connectionClose ? data.getInteger(at: data.readerIndex) : nil
    }
}
