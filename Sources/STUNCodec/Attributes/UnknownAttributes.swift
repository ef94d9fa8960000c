// SPDX-License-Identifier: Apache-2.0

/// UNKNOWN-ATTRIBUTES (RFC 8489, section 14.13): the types that a 420 response is about.
public struct UnknownAttributes: STUNAttributeValue {
    public static let attributeType = AttributeType.unknownAttributes
    public let types: [AttributeType]

    public init(_ types: [AttributeType]) {
        self.types = types
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount % 2 == 0 else { throw STUNDecodeError(.badValueLength, at: 0) }
        types = stride(from: 0, to: value.byteCount, by: 2).map { AttributeType(rawValue: value.bigEndian(at: $0)) }
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        for type in types {
            bytes.append(bigEndian: type.rawValue)
        }
    }
}
