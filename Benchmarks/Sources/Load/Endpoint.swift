// SPDX-License-Identifier: Apache-2.0

import CLoad
import STUNCodec

struct LoadError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A socket of the generator's hot loop, set up with blocking calls.
final class Endpoint {
    let pointer: OpaquePointer
    let isDatagram: Bool

    init(_ transport: Transport, _ address: String, _ port: UInt16, receiveBuffer: Int32) throws {
        let kind = [Transport.udp: LOAD_UDP, .tcp: LOAD_TCP, .tls: LOAD_TLS][transport] ?? LOAD_UDP
        guard let pointer = load_endpoint_connect(kind, address, port, receiveBuffer) else {
            throw LoadError("no \(transport.rawValue) connection to \(address):\(port)")
        }
        self.pointer = pointer
        isDatagram = transport == .udp
    }

    /// A peer outside of the relay.
    init(peerAt address: String) throws {
        guard let pointer = load_endpoint_peer(address) else { throw LoadError("no UDP socket at \(address)") }
        self.pointer = pointer
        isDatagram = true
    }

    deinit {
        load_endpoint_free(pointer)
    }

    var port: UInt16 { load_endpoint_port(pointer) }

    // MARK: Messages

    private static let attempts = 5
    private static let patience: Int32 = 1_000

    /// Sends a message, on UDP again until it is answered.
    func ask(_ message: [UInt8]) throws -> [UInt8] {
        var answer = [UInt8](repeating: 0, count: 2_048)
        for _ in 0..<Self.attempts {
            guard load_endpoint_send(pointer, message, message.count) else { break }
            let patience = isDatagram ? Self.patience : Self.patience * Int32(Self.attempts)
            let length = load_endpoint_receive(pointer, &answer, answer.count, patience)
            if length > 0 { return Array(answer.prefix(length)) }
            if length < 0 || !isDatagram { break }
        }
        throw LoadError("the server does not answer")
    }

    // MARK: Framing

    /// Payloads go to the server on a channel.
    func frame(on channel: ChannelNumber, payloadSize: Int) {
        let prefix = channel.rawValue.bytes + UInt16(truncatingIfNeeded: payloadSize).bytes
        load_endpoint_set_framing(pointer, prefix, prefix.count, isDatagram ? 0 : padding(of: payloadSize))
    }

    /// Payloads go to the server in Send indications, all with one transaction ID: nothing answers them.
    func frame(to peer: TransportAddress, payloadSize: Int) {
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 0x6C6F_6164, low: 0)
        )
        writer.append(XORPeerAddress(address: peer))
        var prefix = writer.bytes
        let length = prefix.count - 20 + 4 + payloadSize + padding(of: payloadSize)
        prefix.replaceSubrange(2..<4, with: UInt16(truncatingIfNeeded: length).bytes)
        prefix += AttributeType.data.rawValue.bytes + UInt16(truncatingIfNeeded: payloadSize).bytes
        load_endpoint_set_framing(pointer, prefix, prefix.count, padding(of: payloadSize))
    }

    private func padding(of size: Int) -> Int { (4 - size % 4) % 4 }
}

extension FixedWidthInteger {
    /// In network order.
    var bytes: [UInt8] {
        stride(from: bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
