// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import OpenSSLCrypto
import STUNCodec

/// What arrived from a peer through the relay.
package struct RelayedData: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        case channel(UInt16)
        case peer(String)
    }

    package let source: Source
    package let payload: ByteBuffer
}

/// Runs a ``ClientSession`` on a stream of plain bytes.
final class TURNClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let maximumFrameLength = Int(UInt16.max) + 20

    /// RFC 8489, section 6.2.1: RTO, which doubles with each retransmission.
    private static let firstRetransmission = TimeAmount.milliseconds(500)

    private struct Waiting {
        let promise: EventLoopPromise<TURNResponse>
        let timeout: Scheduled<Void>
    }

    private var session: ClientSession
    private let timeout: TimeAmount
    private let retransmits: Bool
    private let onData: (RelayedData) -> Void
    private var waiting: [TransactionID: Waiting] = [:]
    private var context: ChannelHandlerContext?
    private var buffer = ByteBuffer()
    private var random = SecureRandom()

    init(
        session: sending ClientSession,
        timeout: TimeAmount,
        retransmits: Bool,
        onData: @escaping (RelayedData) -> Void
    ) {
        self.session = session
        self.timeout = timeout
        self.retransmits = retransmits
        self.onData = onData
    }

    // MARK: Requests

    func request(_ method: Method, _ values: [any STUNAttributeValue], promise: EventLoopPromise<TURNResponse>) {
        guard let context else { return promise.fail(TURNClientError.closed) }
        let transactionID = TransactionID.random(using: &random)
        let bytes = session.request(method, values, transactionID: transactionID)
        let timeout = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.session.forget(transactionID)
            self.waiting.removeValue(forKey: transactionID)?.promise.fail(TURNClientError.timedOut(method))
        }
        waiting[transactionID] = Waiting(promise: promise, timeout: timeout)
        transmit(ByteBuffer(bytes: bytes), transactionID, again: Self.firstRetransmission)
    }

    private func transmit(_ bytes: ByteBuffer, _ transactionID: TransactionID, again interval: TimeAmount) {
        guard let context, waiting[transactionID] != nil else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        guard retransmits else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: interval) {
            self.transmit(bytes, transactionID, again: interval * 2)
        }
    }

    /// ChannelData, padded as streams need it (RFC 8656, section 12.5).
    func send(_ payload: ByteBuffer, on channel: UInt16) {
        let length = payload.readableBytes
        guard let context, length <= ChannelData.maximumPayloadLength else { return }
        var frame = context.channel.allocator.buffer(capacity: ChannelData.streamLength(ofPayload: length))
        frame.writeInteger(channel)
        frame.writeInteger(UInt16(length))
        frame.writeImmutableBuffer(payload)
        frame.writeRepeatingByte(0, count: ChannelData.padding(afterPayload: length))
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    func send(_ payload: ByteBuffer, to peer: TransportAddress) {
        let transactionID = TransactionID.random(using: &random)
        let bytes = session.sendIndication(payload.readableBytesView, to: peer, transactionID: transactionID)
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(TURNClientError.closed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(TURNClientError.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error)
        context.close(promise: nil)
    }

    private func end(_ error: any Error) {
        context = nil
        let waiting = self.waiting
        self.waiting = [:]
        for entry in waiting.values {
            entry.timeout.cancel()
            entry.promise.fail(error)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        // A datagram stands for itself: what is wrong with one says nothing about the next.
        if retransmits { buffer.clear() }
        buffer.writeBuffer(&bytes)
        while takeFrame(context) {}
        buffer.discardReadBytes()
    }

    private func takeFrame(_ context: ChannelHandlerContext) -> Bool {
        switch StreamFraming.nextFrame(in: buffer.readableBytesSpan, maximumLength: Self.maximumFrameLength) {
        case .needMore:
            return false
        case .stun(let length):
            guard let message = buffer.readSlice(length: length) else { return false }
            take(message, context)
        case .channelData(let channel, let payloadLength, let frameLength):
            guard let frame = buffer.readSlice(length: frameLength),
                let payload = frame.getSlice(at: frame.readerIndex + 4, length: payloadLength)
            else { return false }
            onData(RelayedData(source: .channel(channel.rawValue), payload: payload))
        case .invalid where retransmits:
            return false
        case .invalid(let error):
            errorCaught(context: context, error: TURNClientError.malformed(error))
            return false
        }
        return true
    }

    private func take(_ message: ByteBuffer, _ context: ChannelHandlerContext) {
        do throws(STUNDecodeError) {
            switch try session.receive(message.readableBytesSpan) {
            case .response(let transactionID, let response):
                finish(transactionID) { $0.succeed(response) }
            case .invalidResponse(let transactionID, let error):
                finish(transactionID) { $0.fail(error) }
            case .data(let range, let peer):
                let payload = message.getSlice(at: message.readerIndex + range.lowerBound, length: range.count)
                onData(RelayedData(source: .peer(peer.description), payload: payload ?? ByteBuffer()))
            case .ignored:
                break
            }
        } catch {
            errorCaught(context: context, error: TURNClientError.malformed(error))
        }
    }

    private func finish(_ transactionID: TransactionID, _ complete: (EventLoopPromise<TURNResponse>) -> Void) {
        guard let entry = waiting.removeValue(forKey: transactionID) else { return }
        entry.timeout.cancel()
        complete(entry.promise)
    }
}

@available(*, unavailable)
extension TURNClientHandler: Sendable {}
