// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// A Data indication (RFC 8656, section 11.4): a payload for a client that has no channel to the peer.
///
/// - Returns: nil for a payload that fits ChannelData but no indication.
func dataIndication(of payload: ByteBuffer, from peer: TransportAddress, transactionID: TransactionID) -> ByteBuffer? {
    var writer = STUNMessageWriter(type: MessageType(.data, .indication), transactionID: transactionID)
    writer.append(XORPeerAddress(address: peer))
    writer.append(.data, bytes: payload.readableBytesView)
    return writer.isTooLong ? nil : ByteBuffer(bytes: writer.bytes)
}
