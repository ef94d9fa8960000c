// SPDX-License-Identifier: Apache-2.0

/// ICE-CONTROLLED (RFC 8445, section 16.1).
public struct IceControlled: STUNAttributeValue {
    public static let attributeType = AttributeType.iceControlled
    /// Random; the greater one wins a conflict of roles.
    public let tieBreaker: UInt64

    public init(tieBreaker: UInt64) {
        self.tieBreaker = tieBreaker
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        tieBreaker = try value.exactInteger()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: tieBreaker)
    }
}

/// ICE-CONTROLLING (RFC 8445, section 16.1).
public struct IceControlling: STUNAttributeValue {
    public static let attributeType = AttributeType.iceControlling
    /// Random; the greater one wins a conflict of roles.
    public let tieBreaker: UInt64

    public init(tieBreaker: UInt64) {
        self.tieBreaker = tieBreaker
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        tieBreaker = try value.exactInteger()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: tieBreaker)
    }
}
