// SPDX-License-Identifier: Apache-2.0

/// REQUESTED-TRANSPORT (RFC 8656, section 18.8): what the relay is to speak toward peers.
public struct RequestedTransport: STUNAttributeValue {
    public static let attributeType = AttributeType.requestedTransport
    /// As in an IP header: 17 is UDP, 6 is TCP (RFC 6062).
    public let protocolNumber: UInt8

    public static let udp = RequestedTransport(protocolNumber: 17)
    public static let tcp = RequestedTransport(protocolNumber: 6)

    public init(protocolNumber: UInt8) {
        self.protocolNumber = protocolNumber
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        protocolNumber = try value.leadingByte()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: UInt32(protocolNumber) << 24)
    }
}
