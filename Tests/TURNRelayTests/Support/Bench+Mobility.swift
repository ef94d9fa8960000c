// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TestSupport

@testable import TURNRelay

extension Bench {
    /// A client with an allocation that can move, and its ticket.
    func allocateMobile(_ credential: Credential = .alice) throws -> (TestClient, MobilityTicket) {
        let client = connect(credential)
        let answer = try ask(.allocate, client, RequestedTransport.udp, MobilityTicket(bytes: []))
        client.relayedAddress = try answer.value(XORRelayedAddress.self)?.address
        guard let ticket = try answer.value(MobilityTicket.self) else { throw Answer.NoAnswer() }
        return (client, ticket)
    }

    /// Somebody with the credentials of Alice and a nonce, who is no client yet.
    func stranger() -> TestClient {
        let address = TransportAddress(IPAddress(ipv4: 0x0101_0101), port: 1)
        let stranger = TestClient(id: ClientID(slot: 0, generation: 0), address: address, credential: .alice)
        renewNonce(of: stranger)
        return stranger
    }

    /// Whom ChannelData of a client reaches, in this loop; nil for nobody.
    func target(of client: TestClient, channel: UInt16 = 0x4001) throws -> ClientID? {
        let routing = relay.route(channel: ChannelNumber(rawValue: channel), from: client.id, at: now.uptime)
        guard case .forward(.allocation(let passage)) = routing,
            case .channelData(let target, _) = relay.deliver(passage, at: now.uptime)
        else { return nil }
        return target
    }
}
