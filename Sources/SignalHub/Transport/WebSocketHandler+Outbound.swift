// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOWebSocket

extension WebSocketHandler {
    /// The channel learns of what was written when it is flushed: no more than this is to escape its count.
    private static let flushBytes = 16 * 1024

    /// Does what the hub has decided on for this connection. What is sent leaves in one piece, as far as there is room.
    func perform(_ actions: [HubAction]) {
        isBatching = true
        for action in actions {
            switch action {
            case .send(let text, _): send(text)
            case .ping(_, let number): ping(number)
            case .close(_, let reason): close(reason)
            }
        }
        isBatching = false
        flush()
    }

    func send(_ text: String) {
        guard end == nil else { return }
        enqueue(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
    }

    /// RFC 6455, section 5.5.3:
    /// > A Pong frame sent in response to a Ping frame must have identical "Application data" as found in the message body
    /// > of the Ping frame being replied to.
    func ping(_ number: Int) {
        guard end == nil else { return }
        enqueue(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: String(number))))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        drain()
        context.fireChannelWritabilityChanged()
    }

    func enqueue(_ frame: WebSocketFrame) {
        outbound.append(frame)
        drain()
        guard end == nil, outbound.byteCount > limits.unsentBytes else { return }
        // The member doesn't read. What waits for it is worth nothing by now; it comes back with a new connection.
        outbound.removeAll()
        close(.unread)
    }

    /// Writes as long as the channel has room. Writing may change the writability, which leads back here.
    private func drain() {
        guard !isDraining, let context else { return }
        isDraining = true
        defer { isDraining = false }
        while context.channel.isWritable, let frame = outbound.popFirst() {
            context.write(wrapOutboundOut(frame), promise: nil)
            unflushedBytes += frame.length + OutboundQueue.overhead
            guard frame.opcode == .connectionClose || unflushedBytes >= Self.flushBytes else { continue }
            flush()
            if frame.opcode == .connectionClose, end?.party == .client {
                // Both Close frames are out. Nothing is lost: the channel closes after what was flushed before.
                context.close(promise: nil)
            }
        }
        if !isBatching { flush() }
    }

    private func flush() {
        guard unflushedBytes > 0 else { return }
        unflushedBytes = 0
        context?.flush()
    }
}
