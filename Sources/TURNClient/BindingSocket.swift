// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

/// An answer to a Binding request, and where it came from.
package struct BindingAnswer: Sendable {
    package let response: TURNResponse
    package let source: SocketAddress
}

/// One UDP socket that asks any number of STUN servers, and takes their answers from wherever those come: what RFC 5780
/// needs. It answers Binding requests too, so that two of them can ask each other.
package struct BindingSocket: Sendable {
    package let channel: any Channel
    private let handler: NIOLoopBound<BindingSocketHandler>

    /// - Parameter channel: a bound UDP channel, not connected.
    package static func attach(to channel: any Channel) async throws -> BindingSocket {
        try await channel.eventLoop.submit {
            let handler = BindingSocketHandler()
            try channel.pipeline.syncOperations.addHandler(handler)
            return BindingSocket(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }.get()
    }

    /// - Returns: nil when no answer comes in time.
    package func binding(
        to server: SocketAddress,
        _ values: [any STUNAttributeValue] = [],
        timeout: TimeAmount
    ) async throws -> BindingAnswer? {
        try await channel.eventLoop.flatSubmit {
            let promise = channel.eventLoop.makePromise(of: BindingAnswer?.self)
            handler.value.request(server, values, timeout: timeout, promise: promise)
            return promise.futureResult
        }.get()
    }

    package func close() async {
        try? await channel.close()
    }
}

final class BindingSocketHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private var waiting: [TransactionID: EventLoopPromise<BindingAnswer?>] = [:]
    private var context: ChannelHandlerContext?
    private var random = SystemRandomNumberGenerator()

    func request(
        _ server: SocketAddress,
        _ values: [any STUNAttributeValue],
        timeout: TimeAmount,
        promise: EventLoopPromise<BindingAnswer?>
    ) {
        guard let context else { return promise.fail(TURNClientError.closed) }
        let transactionID = TransactionID.random(using: &random)
        var writer = STUNMessageWriter(type: MessageType(.binding, .request), transactionID: transactionID)
        for value in values {
            writer.append(value)
        }
        writer.appendFingerprint()
        waiting[transactionID] = promise
        context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.waiting.removeValue(forKey: transactionID)?.succeed(nil)
        }
        transmit(ByteBuffer(bytes: writer.bytes), to: server, transactionID, again: Retransmission.first)
    }

    private func transmit(
        _ bytes: ByteBuffer,
        to server: SocketAddress,
        _ transactionID: TransactionID,
        again interval: TimeAmount
    ) {
        guard let context, waiting[transactionID] != nil else { return }
        context.writeAndFlush(wrapOutboundOut(AddressedEnvelope(remoteAddress: server, data: bytes)), promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: interval) {
            self.transmit(bytes, to: server, transactionID, again: interval * 2)
        }
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        let waiting = self.waiting
        self.waiting = [:]
        for promise in waiting.values {
            promise.fail(TURNClientError.closed)
        }
    }

    /// ICMP errors come as read errors: that a server does not listen shows in its silence too.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let message = try? STUNMessageView(envelope.data.readableBytesSpan), message.type.method == .binding
        else {
            return
        }
        switch message.type.messageClass {
        case .request:
            answer(message.transactionID, to: envelope.remoteAddress, context)
        case .successResponse, .errorResponse:
            guard let response = try? TURNResponse(message) else { return }
            waiting.removeValue(forKey: message.transactionID)?
                .succeed(BindingAnswer(response: response, source: envelope.remoteAddress))
        case .indication:
            break
        }
    }

    private func answer(_ transactionID: TransactionID, to source: SocketAddress, _ context: ChannelHandlerContext) {
        var writer = STUNMessageWriter(type: MessageType(.binding, .successResponse), transactionID: transactionID)
        writer.appendFingerprint()
        let envelope = AddressedEnvelope(remoteAddress: source, data: ByteBuffer(bytes: writer.bytes))
        context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
    }
}

@available(*, unavailable)
extension BindingSocketHandler: Sendable {}
