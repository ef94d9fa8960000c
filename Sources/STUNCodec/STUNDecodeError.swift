// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no STUN message, attribute or frame, and where. Plain data: throwing it allocates nothing.
public struct STUNDecodeError: Error, Hashable, Sendable {
    public enum Code: UInt8, Sendable {
        /// The bytes end inside a header, an attribute or a frame.
        case truncated
        /// The first two bits are not zero (RFC 8489, section 5).
        case notSTUN
        /// The magic cookie is missing.
        case noMagicCookie
        /// A length is not a multiple of four, or does not fit what it describes.
        case badLength
        /// A value has the wrong number of bytes for its attribute.
        case badValueLength
        /// An address family other than IPv4 and IPv6.
        case badAddressFamily
        /// Text that is not UTF-8, or longer than its attribute may be.
        case badText
        /// A field holds a value that its attribute does not allow.
        case badValue
        /// A first byte that begins neither a STUN message nor ChannelData.
        case unknownFrame
        /// A message that is longer than the receiver takes.
        case tooLong
    }

    public let code: Code
    /// Byte offset of what is wrong, from the begin of what was decoded.
    public let offset: Int

    @inlinable
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}
