// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import STUNCodec

/// Our numbers against the IANA registry "STUN Attributes" and "STUN Methods", as of the fixture.
struct RegistryTests {
    static let attributes: [String: AttributeType] = [
        "MAPPED-ADDRESS": .mappedAddress, "CHANGE-REQUEST": .changeRequest, "USERNAME": .username,
        "MESSAGE-INTEGRITY": .messageIntegrity, "ERROR-CODE": .errorCode, "UNKNOWN-ATTRIBUTES": .unknownAttributes,
        "CHANNEL-NUMBER": .channelNumber, "LIFETIME": .lifetime, "XOR-PEER-ADDRESS": .xorPeerAddress, "DATA": .data,
        "REALM": .realm, "NONCE": .nonce, "XOR-RELAYED-ADDRESS": .xorRelayedAddress,
        "REQUESTED-ADDRESS-FAMILY": .requestedAddressFamily, "EVEN-PORT": .evenPort,
        "REQUESTED-TRANSPORT": .requestedTransport, "DONT-FRAGMENT": .dontFragment, "ACCESS-TOKEN": .accessToken,
        "MESSAGE-INTEGRITY-SHA256": .messageIntegritySHA256, "PASSWORD-ALGORITHM": .passwordAlgorithm,
        "USERHASH": .userhash, "XOR-MAPPED-ADDRESS": .xorMappedAddress, "RESERVATION-TOKEN": .reservationToken,
        "PRIORITY": .priority, "USE-CANDIDATE": .useCandidate, "PADDING": .padding, "RESPONSE-PORT": .responsePort,
        "CONNECTION-ID": .connectionID, "ADDITIONAL-ADDRESS-FAMILY": .additionalAddressFamily,
        "ADDRESS-ERROR-CODE": .addressErrorCode, "PASSWORD-ALGORITHMS": .passwordAlgorithms,
        "ALTERNATE-DOMAIN": .alternateDomain, "ICMP": .icmp, "SOFTWARE": .software,
        "ALTERNATE-SERVER": .alternateServer, "FINGERPRINT": .fingerprint, "ICE-CONTROLLED": .iceControlled,
        "ICE-CONTROLLING": .iceControlling, "RESPONSE-ORIGIN": .responseOrigin, "OTHER-ADDRESS": .otherAddress,
        "THIRD-PARTY-AUTHORIZATION": .thirdPartyAuthorization, "MOBILITY-TICKET": .mobilityTicket,
    ]

    static let methods: [String: STUNCodec.Method] = [
        "Binding": .binding, "Allocate": .allocate, "Refresh": .refresh, "Send": .send, "Data": .data,
        "CreatePermission": .createPermission, "ChannelBind": .channelBind, "Connect": .connect,
        "ConnectionBind": .connectionBind, "ConnectionAttempt": .connectionAttempt,
    ]

    @Test func attributeNumbers() throws {
        var registered = try registry("stun-attributes")
        // Registered for RFC 5780, which in its final text neither describes nor uses it.
        registered["CACHE-TIMEOUT"] = nil
        #expect(Self.attributes.mapValues { Int($0.rawValue) } == registered)
    }

    @Test func methodNumbers() throws {
        #expect(try Self.methods.mapValues { Int($0.rawValue) } == registry("stun-methods"))
    }

    @Test func namesAreTheRegistrys() {
        for (name, type) in Self.attributes {
            #expect(type.name == name)
        }
        for (name, method) in Self.methods {
            #expect(method.name == name)
        }
        #expect(AttributeType(rawValue: 0x00AB).name == "0x00AB" && Method(rawValue: 0x0FF).name == "method 255")
    }

    @Test func comprehension() {
        #expect(AttributeType(rawValue: 0x7FFF).isComprehensionRequired)
        #expect(!AttributeType(rawValue: 0x8000).isComprehensionRequired)
    }

    @Test func typesAreMadeOfMethodAndClass() {
        for method in 0...UInt16(0x0FFF) {
            for messageClass in MessageClass.allCases {
                let type = MessageType(Method(rawValue: method), messageClass)
                #expect(type.method.rawValue == method && type.messageClass == messageClass)
            }
        }
        #expect(MessageType(.allocate, .errorResponse).rawValue == 0x0113)
        #expect(MessageType(.data, .indication).rawValue == 0x0017)
    }

    private func registry(_ name: String) throws -> [String: Int] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "csv"))
        let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                let columns = row.split(separator: ",")
                return (String(columns[1]), try #require(Int(columns[0].dropFirst(2), radix: 16)))
            }
        )
    }
}
