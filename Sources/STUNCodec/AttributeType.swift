// SPDX-License-Identifier: Apache-2.0

/// The type of a STUN attribute, by its number in the IANA registry "STUN Attributes".
public struct AttributeType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// > Attributes with type values between 0x0000 and 0x7FFF are comprehension-required attributes
    /// RFC 8489, section 14.
    @inlinable public var isComprehensionRequired: Bool { rawValue < 0x8000 }
}

// MARK: RFC 8489

extension AttributeType {
    public static let mappedAddress = AttributeType(rawValue: 0x0001)
    public static let username = AttributeType(rawValue: 0x0006)
    public static let messageIntegrity = AttributeType(rawValue: 0x0008)
    public static let errorCode = AttributeType(rawValue: 0x0009)
    public static let unknownAttributes = AttributeType(rawValue: 0x000A)
    public static let realm = AttributeType(rawValue: 0x0014)
    public static let nonce = AttributeType(rawValue: 0x0015)
    public static let messageIntegritySHA256 = AttributeType(rawValue: 0x001C)
    public static let passwordAlgorithm = AttributeType(rawValue: 0x001D)
    public static let userhash = AttributeType(rawValue: 0x001E)
    public static let xorMappedAddress = AttributeType(rawValue: 0x0020)
    public static let passwordAlgorithms = AttributeType(rawValue: 0x8002)
    public static let alternateDomain = AttributeType(rawValue: 0x8003)
    public static let software = AttributeType(rawValue: 0x8022)
    public static let alternateServer = AttributeType(rawValue: 0x8023)
    public static let fingerprint = AttributeType(rawValue: 0x8028)
}

// MARK: RFC 8656

extension AttributeType {
    public static let channelNumber = AttributeType(rawValue: 0x000C)
    public static let lifetime = AttributeType(rawValue: 0x000D)
    public static let xorPeerAddress = AttributeType(rawValue: 0x0012)
    public static let data = AttributeType(rawValue: 0x0013)
    public static let xorRelayedAddress = AttributeType(rawValue: 0x0016)
    public static let requestedAddressFamily = AttributeType(rawValue: 0x0017)
    public static let evenPort = AttributeType(rawValue: 0x0018)
    public static let requestedTransport = AttributeType(rawValue: 0x0019)
    public static let dontFragment = AttributeType(rawValue: 0x001A)
    public static let reservationToken = AttributeType(rawValue: 0x0022)
    public static let additionalAddressFamily = AttributeType(rawValue: 0x8000)
    public static let addressErrorCode = AttributeType(rawValue: 0x8001)
    public static let icmp = AttributeType(rawValue: 0x8004)
}

// MARK: RFC 8445 (ICE), RFC 6062, RFC 5780, RFC 8016, RFC 7635, draft-ietf-tram-stun-origin

extension AttributeType {
    public static let priority = AttributeType(rawValue: 0x0024)
    public static let useCandidate = AttributeType(rawValue: 0x0025)
    public static let iceControlled = AttributeType(rawValue: 0x8029)
    public static let iceControlling = AttributeType(rawValue: 0x802A)

    public static let connectionID = AttributeType(rawValue: 0x002A)

    public static let changeRequest = AttributeType(rawValue: 0x0003)
    public static let padding = AttributeType(rawValue: 0x0026)
    public static let responsePort = AttributeType(rawValue: 0x0027)
    public static let responseOrigin = AttributeType(rawValue: 0x802B)
    public static let otherAddress = AttributeType(rawValue: 0x802C)

    /// Never registered; browsers of some years and coturn use the number of the draft.
    public static let origin = AttributeType(rawValue: 0x802F)

    public static let mobilityTicket = AttributeType(rawValue: 0x8030)

    public static let accessToken = AttributeType(rawValue: 0x001B)
    public static let thirdPartyAuthorization = AttributeType(rawValue: 0x802E)
}
