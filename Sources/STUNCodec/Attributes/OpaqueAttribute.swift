// SPDX-License-Identifier: Apache-2.0

/// An attribute whose value is bytes that mean nothing to the codec, of any length.
public protocol OpaqueAttribute: STUNAttributeValue {
    var bytes: [UInt8] { get }
    init(bytes: [UInt8])
}

extension OpaqueAttribute {
    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        self.init(bytes: value.array)
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(contentsOf: self.bytes)
    }
}

/// DATA (RFC 8656, section 18.4): the payload of a Send or Data indication. A relay reads the range instead and copies
/// nothing.
public struct DataAttribute: OpaqueAttribute {
    public static let attributeType = AttributeType.data
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// MOBILITY-TICKET (RFC 8016, section 3.3): proves that an allocation is the client's. Empty in the request for one.
public struct MobilityTicket: OpaqueAttribute {
    public static let attributeType = AttributeType.mobilityTicket
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// PADDING (RFC 5780, section 7.6): makes a message as long as a test needs it.
public struct Padding: OpaqueAttribute {
    public static let attributeType = AttributeType.padding
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
