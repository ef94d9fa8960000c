// SPDX-License-Identifier: Apache-2.0

/// RESERVATION-TOKEN (RFC 8656, section 18.10): names a relayed transport address that EVEN-PORT reserved.
public struct ReservationToken: STUNAttributeValue {
    public static let attributeType = AttributeType.reservationToken
    /// Eight bytes that mean something to the server alone.
    public let value: UInt64

    public init(value: UInt64) {
        self.value = value
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        self.value = try value.exactInteger()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: value)
    }
}
