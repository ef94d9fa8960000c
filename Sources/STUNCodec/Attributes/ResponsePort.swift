// SPDX-License-Identifier: Apache-2.0

/// RESPONSE-PORT (RFC 5780, section 7.5): the client's port that the response is to be sent to.
public struct ResponsePort: STUNAttributeValue {
    public static let attributeType = AttributeType.responsePort
    public let port: UInt16

    public init(port: UInt16) {
        self.port = port
    }

    /// The figure of RFC 5780 shows two bytes, and some senders count the padding in: both are read.
    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount == 2 || value.byteCount == 4 else { throw STUNDecodeError(.badValueLength, at: 0) }
        port = value.bigEndian(at: 0)
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: port)
    }
}
