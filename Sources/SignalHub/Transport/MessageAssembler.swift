// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOWebSocket

/// Puts the text message together that comes in one or several frames, within limits.
struct MessageAssembler {
    private let maximumBytes: Int
    private let maximumFragments: Int
    /// The begin of a message whose last frame has not arrived.
    private var partial: ByteBuffer?
    private var fragments = 0

    init(limits: SignalLimits) {
        maximumBytes = limits.messageBytes
        maximumFragments = limits.messageFragments
    }

    /// - Parameter frame: a text, binary or continuation frame.
    /// - Returns: the message, when this was its last frame.
    mutating func append(_ frame: WebSocketFrame) throws(CloseReason) -> String? {
        switch frame.opcode {
        case .continuation: guard partial != nil else { throw .unexpectedContinuation }
        case .binary: throw .binaryMessage
        default: guard partial == nil else { throw .interruptedMessage }
        }
        guard (partial?.readableBytes ?? 0) + frame.length <= maximumBytes else { throw .messageTooLarge }
        var data = frame.unmaskedData
        if partial == nil, frame.fin { return try Self.text(data) }
        fragments += 1
        guard fragments <= maximumFragments else { throw .tooManyFragments }
        partial.setOrWriteBuffer(&data)
        return frame.fin ? try finish() : nil
    }

    private mutating func finish() throws(CloseReason) -> String {
        let message = partial ?? ByteBuffer()
        partial = nil
        fragments = 0
        return try Self.text(message)
    }

    // RFC 6455, section 8.1:
    // > When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a valid
    // > UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_.
    private static func text(_ message: ByteBuffer) throws(CloseReason) -> String {
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }
}
