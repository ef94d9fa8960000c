// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Every attribute that the codec has a type for.
let attributeValues: [any STUNAttributeValue.Type] = [
    MappedAddress.self, AlternateServer.self, ResponseOrigin.self, OtherAddress.self,
    XORMappedAddress.self, XORPeerAddress.self, XORRelayedAddress.self,
    Username.self, Realm.self, Nonce.self, Software.self, AlternateDomain.self, ThirdPartyAuthorization.self,
    Origin.self,
    ErrorCode.self, AddressErrorCode.self, UnknownAttributes.self, Userhash.self,
    PasswordAlgorithm.self, PasswordAlgorithms.self, AccessToken.self,
    ChannelNumber.self, Lifetime.self, DataAttribute.self, RequestedTransport.self, EvenPort.self,
    ReservationToken.self, RequestedAddressFamily.self, AdditionalAddressFamily.self, DontFragment.self,
    ConnectionID.self, MobilityTicket.self, ICMPAttribute.self,
    Priority.self, UseCandidate.self, IceControlled.self, IceControlling.self,
    ChangeRequest.self, Padding.self, ResponsePort.self,
]
