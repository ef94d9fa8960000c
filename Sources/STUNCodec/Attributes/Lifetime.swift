// SPDX-License-Identifier: Apache-2.0

/// LIFETIME (RFC 8656, section 18.2).
public struct Lifetime: STUNAttributeValue {
    public static let attributeType = AttributeType.lifetime
    /// How long an allocation lives without a Refresh.
    public let seconds: UInt32

    public init(seconds: UInt32) {
        self.seconds = seconds
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        seconds = try value.exactInteger()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: seconds)
    }
}
