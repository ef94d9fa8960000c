// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOWebSocket

/// The body of a Close frame (RFC 6455, section 5.5.1).
struct CloseFrame: Hashable {
    /// nil when the body is empty.
    let code: UInt16?
    let text: String

    init(parsing body: ByteBuffer) throws(CloseReason) {
        var body = body
        guard body.readableBytes > 0 else {
            code = nil
            text = ""
            return
        }
        guard let code = body.readInteger(as: UInt16.self), Self.mayBeSent(code) else { throw .malformedClose }
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else { throw .invalidUTF8 }
        self.code = code
        self.text = text
    }

    /// Whether a status code may be in a Close frame (RFC 6455, section 7.4, and the registry it set up).
    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    static func frame(code: UInt16?, text: String = "") -> WebSocketFrame {
        var body = ByteBuffer()
        if let code {
            body.writeInteger(code)
            body.writeString(text)
        }
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: body)
    }
}
