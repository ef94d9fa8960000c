// SPDX-License-Identifier: Apache-2.0

/// PRIORITY (RFC 8445, section 16.1): of the candidate that a check may discover.
public struct Priority: STUNAttributeValue {
    public static let attributeType = AttributeType.priority
    /// Higher is preferred.
    public let value: UInt32

    public init(value: UInt32) {
        self.value = value
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        self.value = try value.exactInteger()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: value)
    }
}
