// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport

@testable import TURNRelay

/// A TURN client on TCP that sees every byte: for connections that end as something else (RFC 6062).
final class StreamClient {
    let socket: StreamSocket
    private let identity: TestClient
    private var nextTransaction: UInt64 = 0

    /// With a nonce.
    init(
        _ server: SocketAddress,
        _ credential: Credential = .alice,
        bufferSize: Int32? = nil
    ) throws {
        guard let address = TransportAddress(server) else { throw Answer.NoAnswer() }
        socket = try StreamSocket(connectedTo: address, bufferSize: bufferSize)
        identity = TestClient(
            id: ClientID(slot: 0, generation: 0),
            address: try socket.localAddress,
            credential: credential
        )
        identity.nonce = try ask(.refresh).value(Nonce.self)?.text ?? ""
    }

    /// With a TCP allocation.
    static func allocated(_ server: SocketAddress, _ family: IPAddress.Family = .ipv4) throws -> StreamClient {
        let client = try StreamClient(server)
        let answer = try client.ask(.allocate, RequestedTransport.tcp, RequestedAddressFamily(family: family))
        client.identity.relayedAddress = try answer.value(XORRelayedAddress.self)?.address
        return client
    }

    var relayed: TransportAddress {
        get throws { try identity.relayed }
    }

    /// - Parameter rest: sent with the request, as one.
    func send(_ method: STUNCodec.Method, _ values: any STUNAttributeValue..., followedBy rest: [UInt8]) throws {
        try socket.send(identity.request(method, transactionID(), values) + rest)
    }

    /// As one with `count` requests of another method before it.
    func send(
        _ method: STUNCodec.Method,
        _ value: any STUNAttributeValue,
        behind other: STUNCodec.Method,
        times count: Int
    ) throws {
        let others = (0..<count).flatMap { _ in
            STUNMessageWriter(type: MessageType(other, .request), transactionID: transactionID()).bytes
        }
        try socket.send(others + identity.request(method, transactionID(), [value]))
    }

    func ask(_ method: STUNCodec.Method, _ values: any STUNAttributeValue...) throws -> Answer {
        try socket.send(identity.request(method, transactionID(), values))
        return try Answer(.respond(message()))
    }

    func message() throws -> [UInt8] {
        let header = try socket.receive(20)
        return header + (try socket.receive(Int(header[2]) << 8 | Int(header[3])))
    }

    /// The peer and the connection of a ConnectionAttempt.
    func attempt() throws -> (TransportAddress, ConnectionID) {
        let bytes = try message()
        let indication = try STUNMessageView(bytes.rawSpan)
        guard indication.type == MessageType(.connectionAttempt, .indication),
            let peer = try indication.value(XORPeerAddress.self)?.address,
            let id = try indication.value(ConnectionID.self)
        else { throw Answer.NoAnswer() }
        return (peer, id)
    }

    func permit(_ peer: TransportAddress) throws {
        guard try ask(.createPermission, XORPeerAddress(address: peer)).isSuccess else { throw Answer.NoAnswer() }
    }

    /// Connects to a peer.
    func connect(to peer: TransportAddress) throws -> ConnectionID {
        guard let id = try ask(.connect, XORPeerAddress(address: peer)).value(ConnectionID.self) else {
            throw Answer.NoAnswer()
        }
        return id
    }

    /// The data connection for a connection with a peer.
    static func bound(_ id: ConnectionID, _ server: SocketAddress, isSmall: Bool = false) throws -> StreamSocket {
        let client = try StreamClient(server, bufferSize: isSmall ? 16 * 1024 : nil)
        guard try client.ask(.connectionBind, id).isSuccess else { throw Answer.NoAnswer() }
        return client.socket
    }

    private func transactionID() -> TransactionID {
        nextTransaction += 1
        return TransactionID(high: 0x7C9, low: nextTransaction)
    }
}
