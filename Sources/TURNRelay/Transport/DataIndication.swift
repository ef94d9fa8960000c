// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// A Data indication (RFC 8656, section 11.4): for a client that has no channel to the peer.
struct DataIndication {
    private var writer: STUNMessageWriter

    init(from peer: TransportAddress, _ transactionID: TransactionID) {
        writer = STUNMessageWriter(type: MessageType(.data, .indication), transactionID: transactionID)
        writer.append(XORPeerAddress(address: peer))
    }

    /// - Returns: nil for a payload that fits ChannelData but no indication.
    func message(carrying payload: RawSpan) -> [UInt8]? {
        var writer = writer
        writer.append(.data, bytes: payload.array)
        return writer.isTooLong ? nil : writer.bytes
    }

    /// RFC 8656, section 11.5: what a datagram to the peer met.
    func message(carrying icmp: ICMPAttribute) -> [UInt8] {
        var writer = writer
        writer.append(icmp)
        return writer.bytes
    }
}
