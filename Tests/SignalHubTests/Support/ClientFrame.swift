// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOWebSocket

/// A frame as a client writes it (RFC 6455, section 5.2), right or wrong, made without NIO's encoder.
struct ClientFrame {
    static let text: UInt8 = 0x81
    static let binary: UInt8 = 0x82
    static let close: UInt8 = 0x88
    static let ping: UInt8 = 0x89
    static let pong: UInt8 = 0x8a
    /// The begin of a text message, and what continues it.
    static let firstText: UInt8 = 0x01
    static let middle: UInt8 = 0x00
    static let last: UInt8 = 0x80

    /// FIN, the reserved bits and the opcode.
    var head: UInt8
    var payload: [UInt8] = []
    var mask: [UInt8]? = [0x37, 0xfa, 0x21, 0x3d]

    init(_ head: UInt8, _ payload: [UInt8] = [], mask: [UInt8]? = [0x37, 0xfa, 0x21, 0x3d]) {
        self.head = head
        self.payload = payload
        self.mask = mask
    }

    init(_ head: UInt8, _ payload: String) {
        self.init(head, Array(payload.utf8))
    }

    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> ClientFrame {
        ClientFrame(close, [UInt8(code >> 8), UInt8(code & 0xff)] + reason)
    }

    var bytes: [UInt8] {
        var bytes = [head]
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case 0..<126:
            bytes.append(maskBit | UInt8(payload.count))
        case 126..<65536:
            bytes += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        default:
            bytes.append(maskBit | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard let mask else { return bytes + payload }
        return bytes + mask + payload.indices.map { payload[$0] ^ mask[$0 % 4] }
    }
}
