// SPDX-License-Identifier: Apache-2.0

/// What stands at the begin of a TCP or TLS byte stream.
public enum StreamFrame: Equatable, Sendable {
    /// The frame is not whole: at least this many bytes are needed to go on.
    case needMore(atLeast: Int)
    /// A STUN message of this many bytes, header included.
    case stun(length: Int)
    /// ChannelData: the payload begins at byte 4, and the next frame after `frameLength` bytes (padding included).
    case channelData(channel: ChannelNumber, payloadLength: Int, frameLength: Int)
    /// No frame: the stream cannot be read any further.
    case invalid(STUNDecodeError)
}

/// Finds STUN messages and ChannelData in a byte stream, in whatever pieces it arrives.
public enum StreamFraming {
    /// Looks at the begin of `bytes`.
    ///
    /// A frame always has at least four bytes, so a reader that takes whole frames off makes progress or stops.
    ///
    /// - Parameter maximumLength: of a frame, for the receiver's memory.
    @inlinable
    public static func nextFrame(in bytes: RawSpan, maximumLength: Int) -> StreamFrame {
        guard bytes.byteCount > 0 else { return .needMore(atLeast: 4) }
        let first: UInt8 = bytes.bigEndian(at: 0)
        guard isKnown(first) else { return .invalid(STUNDecodeError(.unknownFrame, at: 0)) }
        guard bytes.byteCount >= 4 else { return .needMore(atLeast: 4) }
        let length = Int(bytes.bigEndian(at: 2, as: UInt16.self))
        return first < 4
            ? message(in: bytes, bodyLength: length, maximumLength: maximumLength)
            : channelData(in: bytes, payloadLength: length, maximumLength: maximumLength)
    }

    /// A first byte of 0 to 3 begins a STUN message, one of 64 to 127 ChannelData: the first bits are 01 (RFC 5766,
    /// section 11; RFC 8656 leaves the numbers from 80 on unused).
    @inlinable
    static func isKnown(_ firstByte: UInt8) -> Bool {
        firstByte < 4 || 64...127 ~= firstByte
    }

    @inlinable
    static func message(in bytes: RawSpan, bodyLength: Int, maximumLength: Int) -> StreamFrame {
        guard bodyLength % 4 == 0 else { return .invalid(STUNDecodeError(.badLength, at: 2)) }
        let length = STUNMessageView.headerLength + bodyLength
        guard length <= maximumLength else { return .invalid(STUNDecodeError(.tooLong, at: 2)) }
        if bytes.byteCount >= 8, bytes.bigEndian(at: 4) != STUNMessageView.magicCookie {
            return .invalid(STUNDecodeError(.noMagicCookie, at: 4))
        }
        return bytes.byteCount >= length ? .stun(length: length) : .needMore(atLeast: length)
    }

    @inlinable
    static func channelData(in bytes: RawSpan, payloadLength: Int, maximumLength: Int) -> StreamFrame {
        let length = ChannelData.streamLength(ofPayload: payloadLength)
        guard length <= maximumLength else { return .invalid(STUNDecodeError(.tooLong, at: 2)) }
        guard bytes.byteCount >= length else { return .needMore(atLeast: length) }
        let channel = ChannelNumber(rawValue: bytes.bigEndian(at: 0))
        return .channelData(channel: channel, payloadLength: payloadLength, frameLength: length)
    }
}
