// SPDX-License-Identifier: Apache-2.0

/// DONT-FRAGMENT (RFC 8656, section 18.9): set the DF bit toward the peer. Its presence says all.
public struct DontFragment: STUNAttributeValue {
    public static let attributeType = AttributeType.dontFragment

    public init() {}

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount == 0 else { throw STUNDecodeError(.badValueLength, at: 0) }
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {}
}

/// USE-CANDIDATE (RFC 8445, section 16.1): the pair is nominated. Its presence says all.
public struct UseCandidate: STUNAttributeValue {
    public static let attributeType = AttributeType.useCandidate

    public init() {}

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount == 0 else { throw STUNDecodeError(.badValueLength, at: 0) }
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {}
}
