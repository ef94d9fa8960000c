// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

extension ByteBuffer {
    /// RFC 8656, section 12.5: over a stream, ChannelData is padded to a multiple of four bytes.
    mutating func writeChannelData(_ payload: RawSpan, on channel: ChannelNumber) {
        let length = payload.byteCount
        reserveCapacity(minimumWritableBytes: ChannelData.streamLength(ofPayload: length))
        writeMultipleIntegers(channel.rawValue, UInt16(truncatingIfNeeded: length))
        writeBytes(payload)
        writeRepeatingByte(0, count: ChannelData.padding(afterPayload: length))
    }
}
