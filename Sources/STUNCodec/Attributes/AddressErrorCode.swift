// SPDX-License-Identifier: Apache-2.0

/// ADDRESS-ERROR-CODE (RFC 8656, section 18.12): why an address family was not allocated.
public struct AddressErrorCode: STUNAttributeValue {
    public static let attributeType = AttributeType.addressErrorCode
    public let family: IPAddress.Family
    public let code: Int
    public let reason: String

    public init(family: IPAddress.Family, code: Int, reason: String) {
        self.family = family
        self.code = code
        self.reason = reason
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        (code, reason) = try value.codeAndReason()
        guard let family = IPAddress.Family(rawValue: value.bigEndian(at: 0)) else {
            throw STUNDecodeError(.badAddressFamily, at: 0)
        }
        self.family = family
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(family.rawValue)
        bytes.append(0)
        bytes.append(code: code, reason: reason)
    }
}
