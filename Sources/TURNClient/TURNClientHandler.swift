// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import STUNCodec

/// Runs a ``ClientSession`` on a stream of plain bytes, or on datagrams.
package final class TURNClientHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    static let maximumFrameLength = Int(UInt16.max) + 20

    struct Waiting {
        let promise: EventLoopPromise<TURNResponse>
        let timeout: Scheduled<Void>
        /// Why an answer was discarded; what the request fails with when no better one comes.
        var problem: TURNClientError?
    }

    var session: ClientSession
    private let timeout: TimeAmount
    let isDatagram: Bool
    /// Who takes what peers send.
    package var receiver: any RelayedDataReceiver
    var waiting: [TransactionID: Waiting] = [:]
    private var context: ChannelHandlerContext?
    var buffer = ByteBuffer()
    private var random = SystemRandomNumberGenerator()

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
}

@available(*, unavailable)
extension TURNClientHandler: Sendable {}
