// SPDX-License-Identifier: Apache-2.0

package import STUNCodec
package import TURNRelay

extension Bench {
    /// A client with an allocation that can move, and its ticket.
    package func allocateMobile(_ credential: Credential = .alice) throws -> (TestClient, MobilityTicket) {
        let client = connect(credential)
        let answer = try ask(.allocate, client, RequestedTransport.udp, MobilityTicket(bytes: []))
        client.relayedAddress = try answer.value(XORRelayedAddress.self)?.address
        guard let ticket = try answer.value(MobilityTicket.self) else { throw Answer.NoAnswer() }
        return (client, ticket)
    }

    /// Somebody with the credentials of Alice and a nonce, who is no client yet.
    package func stranger(port: UInt16 = 1) -> TestClient {
        let address = TransportAddress(IPAddress(ipv4: 0x0101_0101), port: port)
        let id = relay.connect(from: address, acceptedAt: now.uptime)
        relay.disconnect(id, at: now.uptime)
        let stranger = TestClient(id: id, address: address, credential: .alice)
        renewNonce(of: stranger)
        return stranger
    }

    /// Whom ChannelData of a client reaches, in this loop; nil for nobody.
    package func target(of client: TestClient, channel: UInt16 = 0x4001) throws -> ClientID? {
        let routing = relay.route(channel: ChannelNumber(rawValue: channel), from: client.id, at: now.uptime)
        guard case .forward(.allocation(let passage)) = routing,
            case .channelData(let target, _) = relay.deliver(passage, at: now.uptime)
        else { return nil }
        return target
    }
}
