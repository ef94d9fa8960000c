// SPDX-License-Identifier: Apache-2.0

/// An attribute that names an address family.
public protocol AddressFamilyAttribute: STUNAttributeValue {
    /// As sent; may be no family that is known.
    var code: UInt8 { get }
    init(code: UInt8)
}

extension AddressFamilyAttribute {
    public init(family: IPAddress.Family) {
        self.init(code: family.rawValue)
    }

    /// Nil for a family that is neither IPv4 nor IPv6: the answer to that is 440.
    public var family: IPAddress.Family? { IPAddress.Family(rawValue: code) }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        self.init(code: try value.leadingByte())
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: UInt32(code) << 24)
    }
}

/// REQUESTED-ADDRESS-FAMILY (RFC 8656, section 18.6).
public struct RequestedAddressFamily: AddressFamilyAttribute {
    public static let attributeType = AttributeType.requestedAddressFamily
    public let code: UInt8

    public init(code: UInt8) {
        self.code = code
    }
}

/// ADDITIONAL-ADDRESS-FAMILY (RFC 8656, section 18.11): asks for an IPv6 address beside the IPv4 one.
public struct AdditionalAddressFamily: AddressFamilyAttribute {
    public static let attributeType = AttributeType.additionalAddressFamily
    public let code: UInt8

    public init(code: UInt8) {
        self.code = code
    }
}
