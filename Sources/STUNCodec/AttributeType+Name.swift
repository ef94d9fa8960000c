// SPDX-License-Identifier: Apache-2.0

extension AttributeType {
    /// As the IANA registry spells it; a number for an attribute that is not known here.
    public var name: String {
        Self.names[self] ?? "0x" + String(UInt32(rawValue) + 0x10000, radix: 16, uppercase: true).dropFirst()
    }

    private static let names: [AttributeType: String] = [
        .mappedAddress: "MAPPED-ADDRESS",
        .username: "USERNAME",
        .messageIntegrity: "MESSAGE-INTEGRITY",
        .errorCode: "ERROR-CODE",
        .unknownAttributes: "UNKNOWN-ATTRIBUTES",
        .realm: "REALM",
        .nonce: "NONCE",
        .messageIntegritySHA256: "MESSAGE-INTEGRITY-SHA256",
        .passwordAlgorithm: "PASSWORD-ALGORITHM",
        .userhash: "USERHASH",
        .xorMappedAddress: "XOR-MAPPED-ADDRESS",
        .passwordAlgorithms: "PASSWORD-ALGORITHMS",
        .alternateDomain: "ALTERNATE-DOMAIN",
        .software: "SOFTWARE",
        .alternateServer: "ALTERNATE-SERVER",
        .fingerprint: "FINGERPRINT",
        .channelNumber: "CHANNEL-NUMBER",
        .lifetime: "LIFETIME",
        .xorPeerAddress: "XOR-PEER-ADDRESS",
        .data: "DATA",
        .xorRelayedAddress: "XOR-RELAYED-ADDRESS",
        .requestedAddressFamily: "REQUESTED-ADDRESS-FAMILY",
        .evenPort: "EVEN-PORT",
        .requestedTransport: "REQUESTED-TRANSPORT",
        .dontFragment: "DONT-FRAGMENT",
        .reservationToken: "RESERVATION-TOKEN",
        .additionalAddressFamily: "ADDITIONAL-ADDRESS-FAMILY",
        .addressErrorCode: "ADDRESS-ERROR-CODE",
        .icmp: "ICMP",
        .priority: "PRIORITY",
        .useCandidate: "USE-CANDIDATE",
        .iceControlled: "ICE-CONTROLLED",
        .iceControlling: "ICE-CONTROLLING",
        .connectionID: "CONNECTION-ID",
        .changeRequest: "CHANGE-REQUEST",
        .padding: "PADDING",
        .responsePort: "RESPONSE-PORT",
        .responseOrigin: "RESPONSE-ORIGIN",
        .otherAddress: "OTHER-ADDRESS",
        .mobilityTicket: "MOBILITY-TICKET",
        .accessToken: "ACCESS-TOKEN",
        .origin: "ORIGIN",
        .thirdPartyAuthorization: "THIRD-PARTY-AUTHORIZATION",
    ]
}
