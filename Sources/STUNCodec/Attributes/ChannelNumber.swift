// SPDX-License-Identifier: Apache-2.0

/// CHANNEL-NUMBER (RFC 8656, section 18.1): the short name of a peer on one allocation.
public struct ChannelNumber: STUNAttributeValue, RawRepresentable {
    public static let attributeType = AttributeType.channelNumber
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// > 0x4000 through 0x4FFF: These values are the allowed channel numbers
    /// RFC 8656, section 12. Clients of RFC 5766 (section 11) may take any number up to 0x7FFF, and some draw it at
    /// random. A TURN server's port gets nothing else that begins with these bytes, so it costs nothing to admit them.
    @inlinable public var isValid: Bool { 0x4000...0x7FFF ~= rawValue }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        let word: UInt32 = try value.exactInteger()
        rawValue = UInt16(word >> 16)
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: rawValue)
        bytes.append(bigEndian: UInt16(0))
    }
}
