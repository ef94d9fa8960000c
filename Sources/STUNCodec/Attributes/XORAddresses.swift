// SPDX-License-Identifier: Apache-2.0

/// XOR-MAPPED-ADDRESS (RFC 8489, section 14.2): the client's address as the server sees it.
public struct XORMappedAddress: XORAddressAttribute {
    public static let attributeType = AttributeType.xorMappedAddress
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}

/// XOR-PEER-ADDRESS (RFC 8656, section 18.3): a peer as the relay sees it.
public struct XORPeerAddress: XORAddressAttribute {
    public static let attributeType = AttributeType.xorPeerAddress
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}

/// XOR-RELAYED-ADDRESS (RFC 8656, section 18.5): an allocation's relayed transport address.
public struct XORRelayedAddress: XORAddressAttribute {
    public static let attributeType = AttributeType.xorRelayedAddress
    public let address: TransportAddress

    public init(address: TransportAddress) {
        self.address = address
    }
}
