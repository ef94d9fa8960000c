// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// A TURN client on a TCP or TLS connection: takes frames out of the byte stream, and puts frames into it as fast as
/// the client reads.
final class ClientStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The most that one write holds: four TLS records.
    private static let writeLimit = 64 * 1024

    private let loop: StreamRelayLoop
    private let address: TransportAddress
    private let acceptedAt: NIODeadline
    private let serverName: String?
    /// Called when the client has authenticated or is gone, once.
    private var onDecided: (() -> Void)?
    private var context: ChannelHandlerContext?
    private var id: ClientID?
    /// The begin of a frame whose end has not arrived.
    private var partial = ByteBuffer()
    private var queue: SendQueue
    private var isDraining = false
    private var closeReason: CloseReason?
    /// Owned by `StreamRelayLoop`: whether it will drain this handler at the end of the read under way.
    var isMarkedUnflushed = false

    init(
        loop: StreamRelayLoop,
        address: TransportAddress,
        acceptedAt: NIODeadline,
        serverName: String?,
        onDecided: @escaping () -> Void
    ) {
        self.loop = loop
        self.address = address
        self.acceptedAt = acceptedAt
        self.serverName = serverName
        self.onDecided = onDecided
        self.queue = SendQueue(limits: loop.configuration.sendQueue)
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        id = loop.connect(self, from: address, acceptedAt: acceptedAt, serverName: serverName)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        disconnect(.closedByClient)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        disconnect(.closedByClient)
        // No channelReadComplete follows a close in the middle of a read: what it gave is still on its way to others.
        loop.flush(at: .now())
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(.transportError)
    }

    func close(_ reason: CloseReason) {
        guard closeReason == nil else { return }
        closeReason = reason
        context?.close(promise: nil)
    }

    private func disconnect(_ reason: CloseReason) {
        guard let id else { return }
        self.id = nil
        decide()
        loop.disconnect(id, address: address, reason: closeReason ?? reason)
    }

    private func decide() {
        onDecided?()
        onDecided = nil
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let id, closeReason == nil else { return }
        var bytes = unwrapInboundIn(data)
        if partial.readableBytes > 0 {
            partial.writeBuffer(&bytes)
            bytes = partial
            partial = ByteBuffer()
        }
        let now = NIODeadline.now()
        while closeReason == nil, takeFrame(of: &bytes, from: id, at: now) {}
        keep(bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.flush(at: .now())
        context.fireChannelReadComplete()
    }

    /// Copies the begin of a frame: it must not keep the whole read alive while the rest is on its way.
    private func keep(_ rest: ByteBuffer) {
        guard rest.readableBytes > 0, closeReason == nil else { return }
        partial = ByteBuffer(bytes: rest.readableBytesView)
    }

    /// Takes one whole frame off the bytes; false when there is none.
    private func takeFrame(of bytes: inout ByteBuffer, from id: ClientID, at now: NIODeadline) -> Bool {
        let limit = loop.relay.messageLimit(of: id)
        switch StreamFraming.nextFrame(in: bytes.readableBytesSpan, maximumLength: limit) {
        case .needMore:
            return false
        case .stun(let length):
            takeMessage(of: bytes, length: length, from: id, at: now)
            bytes.moveReaderIndex(forwardBy: length)
        case .channelData(let channel, let payloadLength, let frameLength):
            let payload = bytes.getSlice(at: bytes.readerIndex + 4, length: payloadLength) ?? ByteBuffer()
            takePayload(payload, on: channel, from: id, at: now)
            bytes.moveReaderIndex(forwardBy: frameLength)
        case .invalid:
            close(.protocolViolation)
            return false
        }
        return true
    }

    private func takeMessage(of bytes: ByteBuffer, length: Int, from id: ClientID, at now: NIODeadline) {
        switch loop.receive(bytes.readableBytesSpan.extracting(first: length), from: id, at: now) {
        case .respond(let answer):
            if loop.relay.isAuthenticated(id) { decide() }
            queue.append(answer: ByteBuffer(bytes: answer))
            loop.markUnflushed(self)
        case .forward(let range, let route, let dontFragment):
            guard loop.relay.admit(range.count, of: id, at: now) else { return loop.count(.bandwidth) }
            let payload = bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
            loop.forward(payload, along: route, dontFragment: dontFragment, at: now)
        case .drop(let reason):
            loop.count(reason)
        case .pending:
            if loop.relay.isAuthenticated(id) { decide() }
        }
    }

    /// Takes a message that was ``RelayOutcome/pending``.
    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {
        guard self.id == id, closeReason == nil else { return }
        takeMessage(of: ByteBuffer(bytes: message), length: message.count, from: id, at: now)
    }

    private func takePayload(_ payload: ByteBuffer, on channel: ChannelNumber, from id: ClientID, at now: NIODeadline) {
        guard loop.relay.admit(payload.readableBytes, of: id, at: now) else { return loop.count(.bandwidth) }
        switch loop.relay.route(channel: channel, from: id, at: now) {
        case .forward(let route): loop.forward(payload, along: route, at: now)
        case .drop(let reason): loop.count(reason)
        }
    }

    // MARK: To the client

    /// - Returns: how many payloads had to go to make room.
    func enqueue(_ frame: SendQueue.Frame, of payloadClass: PayloadClass, at now: NIODeadline) -> Int {
        // What can't be sent at the end of this read is copied: a packet that waits must not keep the read alive that
        // it arrived in.
        let isWaiting = context?.channel.isWritable != true
        return queue.append(isWaiting ? frame.copied() : frame, of: payloadClass, at: now)
    }

    func drain(at now: NIODeadline) {
        guard !isDraining, let context else { return }
        isDraining = true
        defer { isDraining = false }
        while !queue.isEmpty, context.channel.isWritable {
            var output = context.channel.allocator.buffer(capacity: min(queue.byteCount, Self.writeLimit))
            loop.count(.queueAge, times: queue.drain(into: &output, limit: Self.writeLimit, at: now))
            if output.readableBytes > 0 {
                context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            }
        }
        if queue.isOverfull(isAuthenticated: onDecided == nil) { close(.unread) }
    }

    /// To be called now and then: old payloads must not wait for a client that never reads.
    func expire(at now: NIODeadline) {
        guard !queue.isEmpty else { return }
        loop.count(.queueAge, times: queue.expire(at: now))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        drain(at: .now())
        context.fireChannelWritabilityChanged()
    }
}

@available(*, unavailable)
extension ClientStreamHandler: Sendable {}

extension SendQueue.Frame {
    fileprivate func copied() -> SendQueue.Frame {
        switch self {
        case .channelData(let channel, let payload):
            .channelData(channel, ByteBuffer(bytes: payload.readableBytesView))
        case .message:
            self
        }
    }
}
