// SPDX-License-Identifier: Apache-2.0

/// The layout of ChannelData: channel number, length, payload (RFC 8656, section 12.4).
public enum ChannelData {
    /// Bytes before the payload.
    public static let headerLength = 4
    /// The longest payload that the length field can tell.
    public static let maximumPayloadLength = Int(UInt16.max)

    /// Bytes of a frame on a stream, where the next one begins.
    ///
    /// > Over TCP and TLS-over-TCP, the ChannelData message MUST be padded to a multiple of four bytes [...] The padding
    /// > is not reflected in the length field
    /// RFC 8656, section 12.5.
    @inlinable
    public static func streamLength(ofPayload length: Int) -> Int {
        headerLength + (length + 3) & ~3
    }

    /// Zeros to write after a payload on a stream.
    @inlinable
    public static func padding(afterPayload length: Int) -> Int {
        (4 - length & 3) & 3
    }
}
