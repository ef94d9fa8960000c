// SPDX-License-Identifier: Apache-2.0

/// Where a message has an attribute. Offsets, so that it may outlive the view.
public struct STUNAttribute: Hashable, Sendable {
    public let type: AttributeType
    /// The bytes of the value in the message, padding excluded.
    public let range: Range<Int>

    @inlinable
    init(type: AttributeType, range: Range<Int>) {
        self.type = type
        self.range = range
    }

    /// Where the attribute's own header begins.
    @inlinable public var headerOffset: Int { range.lowerBound - 4 }

    /// Where the next attribute begins.
    @inlinable public var end: Int { (range.upperBound + 3) & ~3 }
}

/// A value that an attribute carries: one type for each attribute, each with the same three verbs.
public protocol STUNAttributeValue: Hashable, Sendable {
    static var attributeType: AttributeType { get }

    /// - Parameters:
    ///   - value: the attribute's value, without header and padding.
    ///   - transactionID: of the message; XOR addresses depend on it.
    init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError)

    /// Appends the value, without header and padding.
    func encode(into bytes: inout [UInt8], transactionID: TransactionID)
}
