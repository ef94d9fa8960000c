// SPDX-License-Identifier: Apache-2.0

/// MAPPED-ADDRESS (RFC 8489, section 14.1): for clients of RFC 3489.
public struct MappedAddress: AddressAttribute {
    public static let attributeType = AttributeType.mappedAddress
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}

/// ALTERNATE-SERVER (RFC 8489, section 14.15): where to try instead, with 300 (Try Alternate).
public struct AlternateServer: AddressAttribute {
    public static let attributeType = AttributeType.alternateServer
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}

/// RESPONSE-ORIGIN (RFC 5780, section 7.3): where the response is sent from.
public struct ResponseOrigin: AddressAttribute {
    public static let attributeType = AttributeType.responseOrigin
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}

/// OTHER-ADDRESS (RFC 5780, section 7.4): the server's other address and port.
public struct OtherAddress: AddressAttribute {
    public static let attributeType = AttributeType.otherAddress
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}
