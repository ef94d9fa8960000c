// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import TURNRelay

/// Makes attributes that a client may send, most of them as they should be.
enum RequestGenerator {
    static let methods: [STUNCodec.Method] = [
        .allocate, .refresh, .createPermission, .channelBind, .binding, .connect, .connectionBind,
    ]

    static func channel(_ decisions: inout Decisions) -> ChannelNumber {
        let byte = decisions.byte()
        return ChannelNumber(rawValue: byte < 200 ? 0x4000 + UInt16(byte % 4) : UInt16(byte) << 8)
    }

    static func lifetime(_ decisions: inout Decisions) -> Lifetime {
        Lifetime(seconds: decisions.choice(of: [0, 0, 1, 600, 601, 3_600, 100_000, .max]))
    }
}

extension RelayWorld {
    /// A relayed address, in one of its forms, or an address elsewhere.
    func peer(choosing decisions: inout Decisions) -> TransportAddress {
        let byte = decisions.byte()
        guard byte < 160, let client = client(byte), let allocation = state(of: client)?.allocation else {
            return FuzzAddress.peers[Int(byte) % FuzzAddress.peers.count]
        }
        let endpoint = allocation.endpoints[Int(byte) % allocation.endpoints.count]
        return byte & 0x10 == 0 ? endpoint.address.external : endpoint.address.local
    }

    /// What a request of a method needs, and a few more.
    func attributes(
        of method: STUNCodec.Method,
        choosing decisions: inout Decisions,
        into writer: inout STUNMessageWriter
    ) {
        switch method {
        case .allocate:
            writer.append(decisions.byte() >= 200 ? RequestedTransport.tcp : .udp)
            if tickets != nil, decisions.flag() { writer.append(MobilityTicket(bytes: [])) }
        case .refresh:
            writer.append(RequestGenerator.lifetime(&decisions))
            if !ticketTexts.isEmpty, decisions.flag() {
                writer.append(MobilityTicket(bytes: decisions.choice(of: ticketTexts)))
            }
        case .createPermission:
            for _ in 0...decisions.number(below: 4) {
                writer.append(XORPeerAddress(address: peer(choosing: &decisions)))
            }
        case .channelBind:
            writer.append(RequestGenerator.channel(&decisions))
            writer.append(XORPeerAddress(address: peer(choosing: &decisions)))
        case .connect:
            writer.append(XORPeerAddress(address: peer(choosing: &decisions)))
        case .connectionBind:
            let known = sockets.dials.map(\.connection)
            writer.append(known.isEmpty ? ConnectionID(value: decisions.integer()) : decisions.choice(of: known))
        default: break
        }
        for _ in 0..<decisions.number(below: 4) { appendAny(choosing: &decisions, into: &writer) }
    }

    private func appendAny(choosing decisions: inout Decisions, into writer: inout STUNMessageWriter) {
        switch decisions.byte() % 12 {
        case 0: writer.append(EvenPort(reserveNext: decisions.flag()))
        case 1:
            let token = tokens.isEmpty ? ReservationToken(value: decisions.integer()) : decisions.choice(of: tokens)
            writer.append(token)
        case 2: writer.append(RequestedAddressFamily(code: decisions.byte() % 4))
        case 3: writer.append(AdditionalAddressFamily(code: decisions.byte() % 4))
        case 4: writer.append(RequestGenerator.lifetime(&decisions))
        case 5: writer.append(DontFragment())
        case 6: writer.append(Origin(text: decisions.flag() ? "https://other.test" : "https://fuzz.test:8443"))
        case 7: writer.append(MobilityTicket(bytes: decisions.bytes(decisions.number(below: 64))))
        case 8: writer.append(XORPeerAddress(address: peer(choosing: &decisions)))
        case 9: writer.append(RequestedTransport(protocolNumber: decisions.byte()))
        default:
            let type = AttributeType(rawValue: decisions.integer())
            writer.append(type, bytes: decisions.bytes(decisions.number(below: 48)))
        }
    }
}
