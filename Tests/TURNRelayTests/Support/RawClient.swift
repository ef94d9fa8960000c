// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import STUNCodec
import TestSupport

@testable import TURNRelay

/// A UDP client that sees every datagram as it is.
final class RawClient {
    struct Silence: Error {}

    private let socket: DatagramSocket
    private let server: TransportAddress
    private let poller = try? Poller()
    private let identity: TestClient
    private var nextTransaction: UInt64 = 0

    init(server: TransportAddress) throws {
        self.server = server
        let any = IPAddress(ipv4: 0x7F00_0001)
        socket = try DatagramSocket(boundTo: TransportAddress(any, port: 0))
        try poller?.add(socket.descriptor)
        identity = TestClient(
            id: ClientID(slot: 0, generation: 0),
            address: socket.localAddress,
            credential: .alice
        )
    }

    func send(_ bytes: [UInt8]) {
        let batch = SendBatch()
        batch.append(to: server) { $0 += bytes }
        _ = batch.flush(to: socket)
    }

    /// A Send indication.
    func send(to peer: TransportAddress) {
        var writer = STUNMessageWriter(type: MessageType(.send, .indication), transactionID: transactionID())
        writer.append(XORPeerAddress(address: peer))
        writer.append(.data, bytes: [1, 2, 3])
        send(writer.bytes)
    }

    func receive() throws -> [UInt8] { try receiveWithSource().bytes }

    /// Where the answer to a Binding request comes from.
    func sourceOfBinding(_ change: ChangeRequest) throws -> TransportAddress {
        var writer = STUNMessageWriter(type: MessageType(.binding, .request), transactionID: transactionID())
        writer.append(change)
        send(writer.bytes)
        return try receiveWithSource().source
    }

    private func receiveWithSource() throws -> (bytes: [UInt8], source: TransportAddress) {
        var events: [Poller.Event] = []
        poller?.wait(milliseconds: 5_000, into: &events)
        guard !events.isEmpty else { throw Silence() }
        let batch = ReceiveBatch(maximumLength: 65_535)
        _ = batch.receive(from: socket)
        var datagrams: [([UInt8], TransportAddress)] = []
        _ = batch.forEach { bytes, source, _ in datagrams.append((bytes.array, source)) }
        guard let first = datagrams.first else { throw Silence() }
        return first
    }

    func ask(_ method: STUNCodec.Method, _ values: any STUNAttributeValue...) throws -> Answer {
        send(try identity.request(method, transactionID(), values))
        return try Answer(.respond(receive()))
    }

    func allocate(permissionFor peer: TransportAddress) throws {
        let challenge = try ask(.allocate, RequestedTransport.udp)
        identity.nonce = try challenge.value(Nonce.self)?.text ?? ""
        guard try ask(.allocate, RequestedTransport.udp).isSuccess,
            try ask(.createPermission, XORPeerAddress(address: peer)).isSuccess
        else { throw Silence() }
    }

    private func transactionID() -> TransactionID {
        nextTransaction += 1
        return TransactionID(high: 0xC11E, low: nextTransaction)
    }
}
