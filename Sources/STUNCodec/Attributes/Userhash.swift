// SPDX-License-Identifier: Apache-2.0

/// USERHASH (RFC 8489, section 14.4): SHA-256 of `username:realm`, so that the user name is not on the wire.
public struct Userhash: STUNAttributeValue {
    public static let attributeType = AttributeType.userhash
    /// 32 bytes.
    public let hash: [UInt8]

    public init(hash: [UInt8]) {
        self.hash = hash
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount == 32 else { throw STUNDecodeError(.badValueLength, at: 0) }
        hash = value.array
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(contentsOf: hash)
    }
}
