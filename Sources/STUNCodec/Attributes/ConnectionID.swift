// SPDX-License-Identifier: Apache-2.0

/// CONNECTION-ID (RFC 6062, section 6.2.1): a TCP connection between relay and peer.
public struct ConnectionID: STUNAttributeValue {
    public static let attributeType = AttributeType.connectionID
    /// Chosen by the server.
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
