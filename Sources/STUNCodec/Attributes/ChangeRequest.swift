// SPDX-License-Identifier: Apache-2.0

/// CHANGE-REQUEST (RFC 5780, section 7.2): where the response is to be sent from.
public struct ChangeRequest: STUNAttributeValue {
    public static let attributeType = AttributeType.changeRequest
    public let changeAddress: Bool
    public let changePort: Bool

    public init(changeAddress: Bool, changePort: Bool) {
        self.changeAddress = changeAddress
        self.changePort = changePort
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        let flags: UInt32 = try value.exactInteger()
        changeAddress = flags & 0b100 != 0
        changePort = flags & 0b010 != 0
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: UInt32(changeAddress ? 0b100 : 0) | UInt32(changePort ? 0b010 : 0))
    }
}
