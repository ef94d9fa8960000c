// SPDX-License-Identifier: Apache-2.0

/// ICMP (RFC 8656, section 18.13): an ICMP message that came back for a packet to a peer.
public struct ICMPAttribute: STUNAttributeValue {
    public static let attributeType = AttributeType.icmp
    public let type: UInt8
    public let code: UInt8
    /// The next-hop MTU of "packet too big", zero for others.
    public let errorData: UInt32

    public init(type: UInt8, code: UInt8, errorData: UInt32) {
        self.type = type
        self.code = code
        self.errorData = errorData
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount == 8 else { throw STUNDecodeError(.badValueLength, at: 0) }
        type = value.bigEndian(at: 2)
        code = value.bigEndian(at: 3)
        errorData = value.bigEndian(at: 4)
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(contentsOf: [0, 0, type, code])
        bytes.append(bigEndian: errorData)
    }
}
