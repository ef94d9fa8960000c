// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNClient

/// An error that the server has answered.
struct Refusal: Error, CustomStringConvertible {
    let method: Method
    let code: Int
    let reason: String

    /// There is an allocation of this client's address already (RFC 8656, section 7.4).
    var isMismatch: Bool { code == 437 }

    var description: String { "\(method.name) was refused: \(code) \(reason)" }
}

/// A TURN client with an allocation, made with blocking calls. One thread has it at a time.
final class RelayedClient: @unchecked Sendable {
    let endpoint: Endpoint
    let relayed: TransportAddress
    private var session: ClientSession

    init(_ endpoint: Endpoint, user: String, password: String) throws {
        self.endpoint = endpoint
        session = ClientSession(credential: TURNCredential(username: user, password: password))
        let response = try Self.perform(.allocate, [RequestedTransport.udp], &session, endpoint)
        relayed = try response.required(XORRelayedAddress.self).address
    }

    func permit(_ peer: TransportAddress) throws {
        _ = try Self.perform(.createPermission, [XORPeerAddress(address: peer)], &session, endpoint)
    }

    func bind(_ channel: ChannelNumber, to peer: TransportAddress) throws {
        _ = try Self.perform(.channelBind, [channel, XORPeerAddress(address: peer)], &session, endpoint)
    }

    private static func perform(
        _ method: Method,
        _ values: [any STUNAttributeValue],
        _ session: inout ClientSession,
        _ endpoint: Endpoint
    ) throws -> TURNResponse {
        var response = try request(method, values, &session, endpoint)
        for challenge in [401, 438] where response.error?.code == challenge {
            response = try request(method, values, &session, endpoint)
        }
        if let error = response.error { throw Refusal(method: method, code: error.code, reason: error.reason) }
        return response
    }

    private static func request(
        _ method: Method,
        _ values: [any STUNAttributeValue],
        _ session: inout ClientSession,
        _ endpoint: Endpoint
    ) throws -> TURNResponse {
        var random = SystemRandomNumberGenerator()
        let message = session.request(method, values, transactionID: TransactionID.random(using: &random))
        let answer = try endpoint.ask(message)
        guard case .response(_, let response) = try session.receive(answer.span.bytes) else {
            throw LoadError("\(method) was not answered")
        }
        return response
    }
}
