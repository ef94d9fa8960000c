// SPDX-License-Identifier: Apache-2.0

/// What a datagram of a TURN client holds.
public enum DatagramFrame: Equatable, Sendable {
    /// One STUN message, which is the whole datagram.
    case stun
    /// ChannelData: the payload begins at byte 4.
    case channelData(channel: ChannelNumber, payloadLength: Int)
    case invalid
}

/// Tells a STUN message from ChannelData in a datagram.
public enum DatagramFraming {
    /// > Over UDP, the padding is not required but MAY be included.
    /// RFC 8656, section 12.5. What follows the payload is therefore not looked at.
    @inlinable
    public static func frame(of bytes: RawSpan) -> DatagramFrame {
        guard bytes.byteCount >= ChannelData.headerLength else { return .invalid }
        let first: UInt8 = bytes.bigEndian(at: 0)
        if first < 4 { return .stun }
        let length = Int(bytes.bigEndian(at: 2, as: UInt16.self))
        guard 64...127 ~= first, ChannelData.headerLength + length <= bytes.byteCount else { return .invalid }
        return .channelData(channel: ChannelNumber(rawValue: bytes.bigEndian(at: 0)), payloadLength: length)
    }
}
