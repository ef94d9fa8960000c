// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import OpenSSLCrypto
import STUNCodec

/// Runs a ``ClientSession`` on a stream of plain bytes, or on datagrams.
package final class TURNClientHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private static let maximumFrameLength = Int(UInt16.max) + 20

    private struct Waiting {
        let promise: EventLoopPromise<TURNResponse>
        let timeout: Scheduled<Void>
        /// Why an answer was discarded; what the request fails with when no better one comes.
        var problem: TURNClientError?
    }

    private var session: ClientSession
    private let timeout: TimeAmount
    private let isDatagram: Bool
    /// Who takes what peers send.
    package var receiver: any RelayedDataReceiver
    private var waiting: [TransactionID: Waiting] = [:]
    private var context: ChannelHandlerContext?
    private var buffer = ByteBuffer()
    private var random = SecureRandom()

    init(
        session: sending ClientSession,
        timeout: TimeAmount,
        isDatagram: Bool,
        receiver: any RelayedDataReceiver
    ) {
        self.session = session
        self.timeout = timeout
        self.isDatagram = isDatagram
        self.receiver = receiver
    }

    // MARK: Requests

    func request(_ method: Method, _ values: [any STUNAttributeValue], promise: EventLoopPromise<TURNResponse>) {
        guard let context else { return promise.fail(TURNClientError.closed) }
        let transactionID = TransactionID.random(using: &random)
        let bytes = session.request(method, values, transactionID: transactionID)
        let timeout = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            let problem = self.waiting[transactionID]?.problem
            self.fail(transactionID, problem ?? .timedOut(method))
        }
        waiting[transactionID] = Waiting(promise: promise, timeout: timeout)
        transmit(ByteBuffer(bytes: bytes), transactionID, again: Retransmission.first)
    }

    private func transmit(_ bytes: ByteBuffer, _ transactionID: TransactionID, again interval: TimeAmount) {
        guard let context, waiting[transactionID] != nil else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        guard isDatagram else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: interval) {
            self.transmit(bytes, transactionID, again: interval * 2)
        }
    }

    // MARK: Data

    func send(_ payload: ByteBuffer, by carrier: PayloadCarrier) {
        let length = payload.readableBytes
        var framer = framer(carrier)
        guard let context, length <= framer.maximumPayloadLength else { return }
        var frame = context.channel.allocator.buffer(capacity: length + PayloadFramer.maximumOverhead)
        framer.write(length, into: &frame) { $0.writeImmutableBuffer(payload) }
        write(frame)
        flush()
    }

    package func framer(_ carrier: PayloadCarrier) -> PayloadFramer {
        PayloadFramer(carrier, isDatagram: isDatagram, random: &random)
    }

    /// Writes whole frames: on UDP one, on a stream any number.
    package func write(_ frames: ByteBuffer) {
        context?.write(wrapOutboundOut(frames), promise: nil)
    }

    package func flush() {
        context?.flush()
    }

    /// Whether the connection takes more at the moment.
    package var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: Channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        end(TURNClientError.closed)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        end(TURNClientError.closed)
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
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

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isDatagram {
            take(datagram: bytes, context)
        } else if buffer.readableBytes == 0 {
            // Nothing is left of the last read: this one needs no copy.
            buffer = bytes
        } else {
            buffer.writeBuffer(&bytes)
        }
        while !isDatagram, takeFrame(context) {}
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        receiver.receiveCompleted()
        context.fireChannelReadComplete()
    }

    /// A datagram stands for itself: what is wrong with one says nothing about the next. ChannelData is not padded, or is.
    private func take(datagram: ByteBuffer, _ context: ChannelHandlerContext) {
        let start = datagram.readerIndex
        guard let first = datagram.getInteger(at: start, as: UInt8.self) else { return }
        guard PacketKind(firstByte: first) == .channelData else { return take(datagram, context) }
        guard let (channel, length) = datagram.getMultipleIntegers(at: start, as: (UInt16, UInt16).self) else { return }
        take(channelData: channel, datagram.getSlice(at: start + ChannelData.headerLength, length: Int(length)))
    }

    private func takeFrame(_ context: ChannelHandlerContext) -> Bool {
        switch StreamFraming.nextFrame(in: buffer.readableBytesSpan, maximumLength: Self.maximumFrameLength) {
        case .needMore:
            return false
        case .stun(let length):
            guard let message = buffer.readSlice(length: length) else { return false }
            take(message, context)
        case .channelData(let channel, let payloadLength, let frameLength):
            guard let frame = buffer.readSlice(length: frameLength) else { return false }
            let payload = frame.getSlice(at: frame.readerIndex + ChannelData.headerLength, length: payloadLength)
            take(channelData: channel.rawValue, payload)
        case .invalid(let error):
            errorCaught(context: context, error: TURNClientError.malformed(error))
            return false
        }
        return true
    }

    private func take(channelData channel: UInt16, _ payload: ByteBuffer?) {
        guard let payload else { return }
        receiver.receive(RelayedData(source: .channel(channel), payload: payload))
    }

    private func take(_ message: ByteBuffer, _ context: ChannelHandlerContext) {
        do throws(STUNDecodeError) {
            switch try session.receive(message.readableBytesSpan) {
            case .response(let transactionID, let response):
                finish(transactionID)?.succeed(response)
            case .invalidResponse(let transactionID, let error):
                refuse(transactionID, error)
            case .data(let range, let peer):
                let payload = message.getSlice(at: message.readerIndex + range.lowerBound, length: range.count)
                receiver.receive(RelayedData(source: .peer(peer), payload: payload ?? ByteBuffer()))
            case .ignored:
                break
            }
        } catch {
            guard !isDatagram else { return }
            errorCaught(context: context, error: TURNClientError.malformed(error))
        }
    }

    /// > If the request was sent over an unreliable transport, the response MUST be discarded, as if it had never been
    /// > received. [...] If all the responses received are discarded, then instead of signaling a timeout after ending
    /// > the transaction, the layer MUST signal that the integrity protection was violated.
    /// RFC 8489, section 9.2.5. Anybody can send a datagram; on a stream the transaction ends at once.
    private func refuse(_ transactionID: TransactionID, _ error: TURNClientError) {
        if isDatagram {
            waiting[transactionID]?.problem = error
        } else {
            fail(transactionID, error)
        }
    }

    private func fail(_ transactionID: TransactionID, _ error: TURNClientError) {
        session.forget(transactionID)
        finish(transactionID)?.fail(error)
    }

    private func finish(_ transactionID: TransactionID) -> EventLoopPromise<TURNResponse>? {
        let entry = waiting.removeValue(forKey: transactionID)
        entry?.timeout.cancel()
        return entry?.promise
    }
}

@available(*, unavailable)
extension TURNClientHandler: Sendable {}
