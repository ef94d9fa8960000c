// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Between a UDP channel and a client of one server: addresses are added and taken away.
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
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let envelope = AddressedEnvelope(remoteAddress: peer, data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(envelope), promise: promise)
    }
}

@available(*, unavailable)
extension DatagramAdapter: Sendable {}
