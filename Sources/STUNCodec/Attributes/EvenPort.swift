// SPDX-License-Identifier: Apache-2.0

/// EVEN-PORT (RFC 8656, section 18.7): asks for a relayed transport address with an even port.
public struct EvenPort: STUNAttributeValue {
    public static let attributeType = AttributeType.evenPort
    /// The R bit: reserve the next port too, and name it with RESERVATION-TOKEN.
    public let reserveNext: Bool

    public init(reserveNext: Bool) {
        self.reserveNext = reserveNext
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        let flags: UInt8 = try value.exactInteger()
        reserveNext = flags & 0x80 != 0
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(reserveNext ? 0x80 : 0)
    }
}
