// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One end of a connection that is relayed as it is (RFC 6062): with a peer, or with a client. The other end may be on
/// another event loop.
///
/// ```
///            event loop beside its thread      any event loop
///  peer ──── DataConnectionHandler ◀────────▶ DataConnectionHandler ──── (TLS) ──── client
/// ```
/// Each end reads, gives what it got to the other's channel, and reads again when that has taken it: what is in memory
/// is one read in each direction, and who reads slowly slows the sender down. The channel must not read by itself
/// (`autoRead`), and must allow half-closure.
final class DataConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// The kernel's share of what waits. At the end of its input NIO reads all that is there, so it bounds what waits
    /// here, too.
    static let receiveBufferSize: Int32 = 256 * 1024
    /// What is written, and paid for, at a time.
    private static let chunkLength = 64 * 1024

    private let eventLoop: any EventLoop
    private var context: ChannelHandlerContext?
    private var other: DataConnectionEnd?
    private var terms = DataConnectionTerms()
    /// Received, and not given to the other end.
    private var held = ByteBuffer()
    /// A chunk is on its way, or is paid for.
    private var isBusy = false
    /// Nothing more is received.
    private var hasEnded = false
    /// Nothing more is given to the other end.
    private var hasFinished = false
    private var isLingering = false
    /// Called when the channel is closed, once.
    private var onEnd: (() -> Void)?
    /// Called with the length of each read.
    private let onRead: (Int) -> Void

    /// - Parameter received: before the channel was there.
    init(
        eventLoop: any EventLoop,
        received: ByteBuffer = ByteBuffer(),
        onRead: @escaping (Int) -> Void,
        onEnd: (() -> Void)? = nil
    ) {
        self.eventLoop = eventLoop
        self.onRead = onRead
        self.onEnd = onEnd
        held = received
        if received.readableBytes > 0 { onRead(received.readableBytes) }
    }

    // MARK: Life

    /// Begins to relay.
    func join(_ other: DataConnectionEnd, _ terms: DataConnectionTerms) {
        self.other = other
        self.terms = terms
        if hasEnded { lingerAtBothEnds() }
        pump()
    }

    /// Nothing follows what has been received, whatever the socket says.
    func receivedAll() {
        end()
    }

    /// Closes both ends, whatever is under way.
    func abort() {
        other?.channel.close(promise: nil)
        context?.close(promise: nil)
    }

    /// Has the channel closed when nothing happens on it for some time.
    private func linger() {
        guard !isLingering, let context, context.channel.isActive else { return }
        isLingering = true
        let idle = IdleStateHandler(allTimeout: terms.halfClosedTimeout)
        try? context.pipeline.syncOperations.addHandler(idle, position: .first)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
        onEnd?()
        onEnd = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        onEnd?()
        onEnd = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: end()
        case IdleStateHandler.IdleStateEvent.all: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func end() {
        guard !hasEnded else { return finishIfClosed() }
        hasEnded = true
        lingerAtBothEnds()
        pump()
    }

    private func lingerAtBothEnds() {
        guard let other else { return }
        linger()
        other.perform { $0.linger() }
    }

    // MARK: Data

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !hasFinished else { return }
        onRead(bytes.readableBytes)
        if held.readableBytes == 0 {
            held = bytes
        } else {
            held.writeBuffer(&bytes)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pump()
        context.fireChannelReadComplete()
    }

    private func pump() {
        guard let other, !isBusy, !hasFinished else { return }
        let length = min(held.readableBytes, Self.chunkLength)
        guard length > 0, let chunk = held.readSlice(length: length) else {
            held = ByteBuffer()
            if hasEnded { finish() } else { context?.read() }
            return
        }
        give(chunk, to: other)
    }

    private func give(_ chunk: ByteBuffer, to other: DataConnectionEnd) {
        isBusy = true
        let wait = terms.meter?.charge(chunk.readableBytes, at: .now()) ?? .zero
        let written = other.channel.writeAndFlush(chunk).hop(to: eventLoop)
        written.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.goOn(after: wait)
            case .failure: self.giveUp()
            }
        }
    }

    private func goOn(after wait: TimeAmount) {
        guard wait > .zero else {
            isBusy = false
            return pump()
        }
        eventLoop.assumeIsolated().scheduleTask(in: wait) { self.goOn(after: .zero) }
    }

    /// The other end takes nothing any more. When it closes it closes this one, after what it has received itself.
    private func giveUp() {
        isBusy = false
        hasFinished = true
        held = ByteBuffer()
        linger()
        finishIfClosed()
    }

    /// > When a peer data connection is closed, the server MUST close the corresponding client data connection.
    /// And the other way round (RFC 6062, section 5.5). A half-closed one has its other half closed.
    private func finish() {
        hasFinished = true
        finishIfClosed()
        if let channel = context?.channel, channel.isActive { other?.channel.close(mode: .output, promise: nil) }
    }

    private func finishIfClosed() {
        guard hasFinished, context?.channel.isActive != true else { return }
        other?.channel.close(promise: nil)
        other = nil
    }
}

@available(*, unavailable)
extension DataConnectionHandler: Sendable {}

/// What holds for a relayed connection.
struct DataConnectionTerms: Sendable {
    /// What the data of both directions is charged to; nil when nothing is limited.
    var meter: TrafficMeter?
    /// Once an end has finished.
    var halfClosedTimeout = TimeAmount.seconds(60)
}

/// An end of a relayed connection, for the event loop of the other.
struct DataConnectionEnd: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<DataConnectionHandler>

    /// To be called on the channel's event loop.
    init(_ channel: any Channel, _ handler: DataConnectionHandler) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    /// Does something with the handler: soon, on its event loop.
    func perform(_ work: @escaping @Sendable (DataConnectionHandler) -> Void) {
        channel.eventLoop.execute { work(handler.value) }
    }

    /// Sets what a channel needs to be such an end.
    static func prepare(_ channel: any Channel) throws {
        guard let options = channel.syncOptions else { throw ChannelError.operationUnsupported }
        try options.setOption(.autoRead, value: false)
        try options.setOption(.allowRemoteHalfClosure, value: true)
        let size = SocketOptionValue(DataConnectionHandler.receiveBufferSize)
        try options.setOption(.socketOption(.so_rcvbuf), value: size)
        // A client's had one as long as it might have become media.
        try options.setOption(NotSentLowWater.option, value: NotSentLowWater.unset)
    }
}
