// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import STUNCodec

/// Makes datagrams look like a stream to the client: each holds whole frames, and ChannelData, which UDP doesn't pad
/// (RFC 8656, section 12.5), gets its padding.
package final class DatagramAdapter: ChannelDuplexHandler {
    package typealias InboundIn = AddressedEnvelope<ByteBuffer>
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let peer: SocketAddress

    package init(peer: SocketAddress) {
        self.peer = peer
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var datagram = unwrapInboundIn(data).data
        datagram.writeRepeatingByte(0, count: ChannelData.padding(afterPayload: datagram.readableBytes))
        context.fireChannelRead(wrapInboundOut(datagram))
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let envelope = AddressedEnvelope(remoteAddress: peer, data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(envelope), promise: promise)
    }
}

@available(*, unavailable)
extension DatagramAdapter: Sendable {}
