// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What a payload of the load says, and how it lies in its bytes: `0x80 0x60` as RTP has it, since relays drop by worth,
/// flow (2 bytes), sequence number (8), time of sending (8), checksum of these (4), and filler that both ends know.
struct LoadPayload: Equatable {
    static let headerLength = 24
    private static let mark: UInt16 = 0x8060

    /// Which client sent it.
    let flow: UInt16
    let sequence: UInt64
    /// In nanoseconds of the monotonic clock.
    let sentAt: UInt64

    /// The filler of payloads of a size.
    static func filler(size: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<max(0, size - headerLength)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) })
    }

    func write(to buffer: inout ByteBuffer, filler: ByteBuffer) {
        buffer.writeMultipleIntegers(Self.mark, flow, sequence, sentAt, checksum)
        buffer.writeImmutableBuffer(filler)
    }

    /// Nil when a byte is not as it was sent.
    init?(_ payload: ByteBuffer, filler: ByteBuffer) {
        var payload = payload
        guard
            let (mark, flow, sequence, sentAt, checksum) = payload.readMultipleIntegers(
                as: (UInt16, UInt16, UInt64, UInt64, UInt32).self
            )
        else { return nil }
        self.init(flow: flow, sequence: sequence, sentAt: sentAt)
        guard mark == Self.mark, checksum == self.checksum, payload == filler else { return nil }
    }

    init(flow: UInt16, sequence: UInt64, sentAt: UInt64) {
        (self.flow, self.sequence, self.sentAt) = (flow, sequence, sentAt)
    }

    /// Multiplication spreads each bit over the product's upper half: faster than a CRC, and nobody attacks it.
    private var checksum: UInt32 {
        var mixed = (sequence ^ UInt64(flow) << 48) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 32 ^ sentAt) &* 0xD6E8_FEB8_6659_FD93
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
