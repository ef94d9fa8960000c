// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

/// How payloads for one peer go to the relay.
package enum PayloadCarrier: Equatable, Sendable {
    /// ChannelData on a bound channel (RFC 8656, section 12.4).
    case channel(ChannelNumber)
    /// Send indications (RFC 8656, section 11.1).
    case indication(peer: TransportAddress)
}

/// Frames payloads for one peer, one after the other, without building a message for each.
package struct PayloadFramer {
    package let carrier: PayloadCarrier
    private let isDatagram: Bool
    private let transactionPrefix: UInt32
    /// Nothing answers an indication: a random begin and a counter keep its transaction IDs apart.
    private var transaction: UInt64
    /// XOR-PEER-ADDRESS of an IPv4 peer, which is the same in every message: only IPv6 depends on the transaction ID.
    private let ipv4Peer: [UInt8]?

    package init(_ carrier: PayloadCarrier, isDatagram: Bool, random: inout some RandomNumberGenerator) {
        self.carrier = carrier
        self.isDatagram = isDatagram
        transactionPrefix = random.next()
        transaction = random.next()
        if case .indication(let peer) = carrier, peer.address.family == .ipv4 {
            ipv4Peer = Self.encoded(peer, TransactionID(high: 0, low: 0))
        } else {
            ipv4Peer = nil
        }
    }

    /// Bytes of headers, and of padding at most, that a frame has beside its payload.
    package static let maximumOverhead = STUNMessageView.headerLength + 4 + 20 + 4 + 3

    /// The longest payload that fits a frame.
    package var maximumPayloadLength: Int {
        isIndication ? Int(UInt16.max) - Self.maximumOverhead : ChannelData.maximumPayloadLength
    }

    /// Appends a frame.
    ///
    /// - Parameters:
    ///   - length: of the payload, at most ``maximumPayloadLength``.
    ///   - writePayload: writes exactly so many bytes.
    package mutating func write(
        _ length: Int,
        into buffer: inout ByteBuffer,
        _ writePayload: (inout ByteBuffer) -> Void
    ) {
        switch carrier {
        case .channel(let number):
            buffer.writeMultipleIntegers(number.rawValue, UInt16(clamping: length))
        case .indication(let peer):
            writeIndication(to: peer, payloadLength: length, into: &buffer)
        }
        writePayload(&buffer)
        // > Over UDP, the padding is not required but MAY be included.
        // RFC 8656, section 12.5, of ChannelData alone: a STUN message always has it.
        if !isDatagram || isIndication {
            buffer.writeRepeatingByte(0, count: ChannelData.padding(afterPayload: length))
        }
    }

    private var isIndication: Bool {
        if case .indication = carrier { true } else { false }
    }

    private mutating func writeIndication(
        to peer: TransportAddress,
        payloadLength: Int,
        into buffer: inout ByteBuffer
    ) {
        transaction &+= 1
        let transactionID = TransactionID(high: transactionPrefix, low: transaction)
        let address = ipv4Peer ?? Self.encoded(peer, transactionID)
        let dataLength = 4 + payloadLength + ChannelData.padding(afterPayload: payloadLength)
        buffer.writeMultipleIntegers(
            MessageType(.send, .indication).rawValue,
            UInt16(clamping: 4 + address.count + dataLength),
            STUNMessageView.magicCookie,
            transactionID.high,
            transactionID.low
        )
        buffer.writeMultipleIntegers(AttributeType.xorPeerAddress.rawValue, UInt16(clamping: address.count))
        buffer.writeBytes(address)
        buffer.writeMultipleIntegers(AttributeType.data.rawValue, UInt16(clamping: payloadLength))
    }

    private static func encoded(_ peer: TransportAddress, _ transactionID: TransactionID) -> [UInt8] {
        var bytes: [UInt8] = []
        XORPeerAddress(address: peer).encode(into: &bytes, transactionID: transactionID)
        return bytes
    }
}
