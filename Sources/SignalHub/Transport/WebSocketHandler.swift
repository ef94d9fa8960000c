// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOWebSocket

/// The WebSocket of a member: takes messages out of frames and puts messages into them as fast as the member reads.
/// Knows nothing of what messages say; what happens is told through `report`, on the channel's event loop.
///
/// Belongs behind NIO's frame encoder and decoder, without NIO's `WebSocketProtocolErrorHandler`: errors are answered here.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = Never
    typealias OutboundOut = WebSocketFrame

    enum Event: Hashable, Sendable {
        /// To be answered with ``WebSocketHandler/messagesHandled(_:)``.
        case message(String)
        /// The member sent something else, which may be the answer to the ping of a number; reported a few times between
        /// two pings.
        case heard(answering: Int?)
        /// The connection closes: nothing will be received from it, and nothing sent.
        case closing
        /// The last event.
        case closed(SessionEnd)
    }

    /// Messages handed over and not handled yet, above which nothing more is read: who sends faster than messages are
    /// handled waits, instead of filling memory.
    private static let messagesInFlight = 32

    let limits: SignalLimits
    private let report: (Event) -> Void
    var context: ChannelHandlerContext?
    private var assembler: MessageAssembler
    private var controlFrames: TokenBucket
    private var lastHeard: NIODeadline?
    private var inFlight = 0
    private var isReadHeld = false
    var outbound = OutboundQueue()
    var isDraining = false
    /// Whether more frames follow at once, so that there is nothing to flush yet.
    var isBatching = false
    /// Bytes that were written since the last flush.
    var unflushedBytes = 0
    /// Set when the connection begins to close.
    private(set) var end: SessionEnd?
    private var isClosed = false
    private var closeDeadline: Scheduled<Void>?

    init(limits: SignalLimits, at now: NIODeadline, report: @escaping (Event) -> Void) {
        self.limits = limits
        self.report = report
        self.assembler = MessageAssembler(limits: limits)
        self.controlFrames = TokenBucket(
            capacity: limits.messageBurst,
            perSecond: limits.messagesPerSecond,
            at: now.uptime
        )
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.cut)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.cut)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The decoder gives up after its first error and reports the rest of the stream as more of them.
        guard end == nil else { return }
        switch error {
        case NIOWebSocketError.invalidFrameLength: close(.messageTooLarge)
        case is NIOWebSocketError: close(.malformedFrame)
        default:
            beginClosing(SessionEnd(party: .network, code: nil, text: "\(error)"))
            context.close(promise: nil)
        }
    }

    private func finish(_ unexpected: SessionEnd) {
        guard !isClosed else { return }
        isClosed = true
        closeDeadline?.cancel()
        outbound.removeAll()
        report(.closed(end ?? unexpected))
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        // What comes after the begin of the close is thrown away: it has to be read for the Close frame behind it.
        if inFlight > Self.messagesInFlight, end == nil {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func messagesHandled(_ count: Int) {
        inFlight -= count
        if inFlight <= Self.messagesInFlight / 2 { releaseRead() }
    }

    private func releaseRead() {
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard end == nil else {
            // Both sides have sent a Close frame: RFC 6455, section 7.1.1, wants the server to close TCP first.
            if frame.opcode == .connectionClose { context.close(promise: nil) }
            return
        }
        do throws(CloseReason) {
            try validate(frame)
            try receive(frame)
        } catch {
            close(error)
        }
    }

    private func validate(_ frame: WebSocketFrame) throws(CloseReason) {
        // RFC 6455, section 5.1:
        // > The server MUST close the connection upon receiving a frame that is not masked.
        guard frame.maskKey != nil else { throw .unmaskedFrame }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { throw .reservedBits }
    }

    private func receive(_ frame: WebSocketFrame) throws(CloseReason) {
        switch frame.opcode {
        case .text, .binary, .continuation:
            guard let text = try assembler.append(frame) else { return hear() }
            inFlight += 1
            report(.message(text))
        case .ping:
            try spendControlFrame()
            enqueue(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
        case .pong:
            try spendControlFrame(answering: Int(String(buffer: frame.unmaskedData)))
        case .connectionClose:
            acknowledge(try CloseFrame(parsing: frame.unmaskedData))
        default:
            throw .unknownOpcode
        }
    }

    private func spendControlFrame(answering number: Int? = nil) throws(CloseReason) {
        hear(answering: number)
        controlFrames.refill(at: now.uptime)
        guard controlFrames.affords(1) else { throw .controlRate }
        controlFrames.spend(1)
    }

    private func hear(answering number: Int? = nil) {
        let now = now
        if let lastHeard, now - lastHeard < TimeAmount(limits.pingInterval / 5) { return }
        lastHeard = now
        report(.heard(answering: number))
    }

    private var now: NIODeadline { context?.eventLoop.now ?? .now() }

    // MARK: Closing

    /// Says goodbye after everything that waits to be sent. The connection ends when the member answers, or in time.
    func close(_ reason: CloseReason) {
        guard end == nil else { return }
        beginClosing(.server(reason))
        enqueue(CloseFrame.frame(code: reason.code, text: reason.text))
    }

    /// The member said goodbye: it gets its code back.
    private func acknowledge(_ frame: CloseFrame) {
        beginClosing(SessionEnd(party: .client, code: frame.code, text: frame.text))
        enqueue(CloseFrame.frame(code: frame.code))
    }

    private func beginClosing(_ end: SessionEnd) {
        guard self.end == nil, let context else { return }
        self.end = end
        closeDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.closeTimeout)) {
            [weak self] in
            self?.context?.close(promise: nil)
        }
        report(.closing)
        releaseRead()
    }
}

@available(*, unavailable)
extension WebSocketHandler: Sendable {}

extension NIODeadline {
    /// As the hub counts time.
    var uptime: Duration { .nanoseconds(Int64(uptimeNanoseconds)) }
}
