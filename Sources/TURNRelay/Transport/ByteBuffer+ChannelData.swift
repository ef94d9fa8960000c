// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

extension ByteBuffer {
    /// For another thread.
    init(copying payload: RawSpan) {
        self = ByteBufferAllocator().buffer(capacity: payload.byteCount)
        writeBytes(payload)
    }

    /// RFC 8656, section 12.5: over a stream, ChannelData is padded to a multiple of four bytes.
    mutating func writeChannelData(_ payload: RawSpan, on channel: ChannelNumber) {
        let length = payload.byteCount
        let size = ChannelData.streamLength(ofPayload: length)
        let header = UInt32(channel.rawValue) << 16 | UInt32(UInt16(truncatingIfNeeded: length))
        // One access to the buffer for the whole frame: each passes SwiftNIO's checks, and every packet comes here.
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: size) { frame in
            unsafe frame.storeBytes(of: header.bigEndian, as: UInt32.self)
            let padding = ChannelData.headerLength + length..<size
            unsafe payload.withUnsafeBytes { bytes in
                let body = ChannelData.headerLength..<padding.lowerBound
                unsafe UnsafeMutableRawBufferPointer(rebasing: frame[body]).copyMemory(from: bytes)
            }
            for index in padding { unsafe frame[index] = 0 }
            return size
        }
    }
}
