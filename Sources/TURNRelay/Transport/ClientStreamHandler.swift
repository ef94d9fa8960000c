// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// A TURN client on a TCP or TLS connection: takes frames out of the byte stream, and puts frames into it as fast as
/// the client reads.
final class ClientStreamHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: StreamRelayLoop
    private let address: TransportAddress
    let transport: ClientTransport
    private let acceptedAt: NIODeadline
    private let serverName: String?
    /// Called when the client has authenticated or is gone, once.
    private var onDecided: (() -> Void)?
    private var context: ChannelHandlerContext?
    private var id: ClientID?
    /// The begin of a frame whose end has not arrived.
    private var partial = ByteBuffer()
    /// What leaves at the end of the read under way.
    private var output = ByteBuffer()
    /// What waits because the client has not taken all that was written.
    private var queue: SendQueue
    private var pace = WritePace()
    /// Whether a write is under way that the socket has not taken whole.
    private var isWriting = false
    private var isDraining = false
    private var traffic = SessionTraffic()
    private var rate = RateMeter()
    /// Since it was looked at.
    private var sample = QueueSample()
    private var closeReason: CloseReason?
    /// The connection belongs to a peer and the handler behind this one.
    private var isBound = false
    /// Owned by `StreamRelayLoop`: whether it will drain this handler at the end of the read under way.
    var isMarkedUnflushed = false

    init(
        loop: StreamRelayLoop,
        address: TransportAddress,
        transport: ClientTransport = .tcp,
        acceptedAt: NIODeadline,
        serverName: String?,
        onDecided: @escaping () -> Void
    ) {
        self.loop = loop
        self.address = address
        self.transport = transport
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
        let summary = SessionSummary(
            address: address,
            transport: transport,
            reason: closeReason ?? reason,
            isAuthenticated: loop.relay.isAuthenticated(id),
            duration: .now() - acceptedAt,
            traffic: traffic
        )
        loop.disconnect(id, summary)
    }

    private func decide() {
        onDecided?()
        onDecided = nil
    }

    private var isDecided: Bool { onDecided == nil }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let id, closeReason == nil else { return }
        var bytes = unwrapInboundIn(data)
        traffic.received += bytes.readableBytes
        if partial.readableBytes > 0 {
            partial.writeBuffer(&bytes)
            bytes = partial
            partial = ByteBuffer()
        }
        let now = NIODeadline.now()
        while closeReason == nil, !isBound, takeFrame(of: &bytes, from: id, at: now) {}
        if isBound { leave(context, with: bytes) } else { keep(bytes) }
    }

    /// Leaves the connection to the handler behind, with what has come for it already.
    private func leave(_ context: ChannelHandlerContext, with rest: ByteBuffer) {
        partial = ByteBuffer()
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
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
        let limit = isDecided ? RelayConfiguration.messageLimit : loop.relay.messageLimit(of: id)
        switch StreamFraming.nextFrame(in: bytes.readableBytesSpan, maximumLength: limit) {
        case .needMore:
            return false
        case .stun(let length):
            traffic.packetsReceived += 1
            takeMessage(of: bytes, length: length, from: id, at: now)
            bytes.moveReaderIndex(forwardBy: length)
        case .channelData(let channel, let payloadLength, let frameLength):
            let start = bytes.readerIndex + ChannelData.headerLength
            traffic.packetsReceived += 1
            takePayload(start..<start + payloadLength, of: bytes, on: channel, from: id, at: now)
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
            append(answer: answer, at: now)
            loop.markUnflushed(self)
        case .forward(let range, let route, let dontFragment):
            guard loop.relay.admit(range.count, of: id, at: now) else { return loop.count(.bandwidth) }
            let start = bytes.readerIndex + range.lowerBound
            loop.forward(
                start..<start + range.count,
                of: bytes,
                from: transport,
                along: route,
                dontFragment: dontFragment,
                at: now
            )
        case .drop(let reason):
            loop.count(reason)
        case .pending:
            if loop.relay.isAuthenticated(id) { decide() }
        case .bind(let answer, let connection, let target):
            decide()
            append(answer: answer, at: now)
            bind(id, to: connection, of: target, at: now)
        }
    }

    /// Gives the connection to a peer: what the relay has said is written, and the rest is not for it.
    private func bind(_ id: ClientID, to connection: ConnectionID, of target: Int, at now: NIODeadline) {
        guard let context else { return }
        let handler = DataConnectionHandler(eventLoop: context.eventLoop) { [weak loop] in
            loop?.countStreamed(toPeer: $0)
        }
        do {
            try DataConnectionEnd.prepare(context.channel)
            try context.pipeline.syncOperations.addHandler(handler)
        } catch {
            close(.transportError)
            // Now, and not when the channel has closed: the relay may have given the place to another by then.
            return disconnect(.transportError)
        }
        self.id = nil
        loop.forget(id)
        isBound = true
        writeAll(context, at: now)
        let end = DataConnectionEnd(context.channel, handler)
        loop.bind(end, to: connection, of: target, at: now)
    }

    /// Takes a message that was ``RelayOutcome/pending``.
    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {
        guard self.id == id, closeReason == nil else { return }
        takeMessage(of: ByteBuffer(bytes: message), length: message.count, from: id, at: now)
        if isBound, let context { leave(context, with: partial) }
    }

    private func takePayload(
        _ range: Range<Int>,
        of bytes: ByteBuffer,
        on channel: ChannelNumber,
        from id: ClientID,
        at now: NIODeadline
    ) {
        guard loop.relay.admit(range.count, of: id, at: now) else { return loop.count(.bandwidth) }
        switch loop.relay.route(channel: channel, from: id, at: now) {
        case .forward(let route): loop.forward(range, of: bytes, from: transport, along: route, at: now)
        case .drop(let reason): loop.count(reason)
        }
    }

    // MARK: To the client

    /// Sends a frame at the end of the read under way or, if the client has not taken what was written before, later.
    ///
    /// - Parameters:
    ///   - source: the sender, as the client knows it.
    ///   - write: appends the frame's bytes to what it is given.
    func send(
        _ payloadClass: PayloadClass,
        from source: TransportAddress,
        at now: NIODeadline,
        _ write: (inout ByteBuffer) -> Void
    ) {
        loop.markUnflushed(self)
        traffic.packetsSent += 1
        if queue.isEmpty, !isWriting, output.readableBytes < pace.limit {
            if output.capacity == 0 { output = loop.takeIdleBuffer() }
            return write(&output)
        }
        var frame = ByteBuffer()
        write(&frame)
        drop(queue.append(frame, of: payloadClass, from: source, at: now), .queueBytes)
        traffic.peakQueue = max(traffic.peakQueue, queue.byteCount)
    }

    func send(answer: [UInt8], to id: ClientID, at now: NIODeadline) {
        guard self.id == id else { return }
        append(answer: answer, at: now)
        loop.markUnflushed(self)
    }

    private func append(answer: [UInt8], at now: NIODeadline) {
        traffic.packetsSent += 1
        queue.append(answer: ByteBuffer(bytes: answer), at: now)
    }

    func drain(at now: NIODeadline) {
        guard !isDraining, let context else { return }
        isDraining = true
        defer { isDraining = false }
        while !isWriting {
            if !queue.isEmpty { fillOutput(to: pace.limit, at: now) }
            guard output.readableBytes > 0 else { break }
            writeOutput(context)
        }
        // All that waited was too old.
        if output.readableBytes == 0, output.capacity > 0 { loop.putIdleBuffer(&output) }
        if queue.isOverfull(isAuthenticated: isDecided) { close(.unread) }
    }

    /// However slowly the client reads: a client without an allocation gets answers alone.
    private func writeAll(_ context: ChannelHandlerContext, at now: NIODeadline) {
        fillOutput(to: .max, at: now)
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = ByteBuffer()
    }

    private func fillOutput(to limit: Int, at now: NIODeadline) {
        if output.capacity == 0 { output = loop.takeIdleBuffer() }
        let drained = queue.drain(into: &output, limit: limit, at: now)
        drop(drained.dropped, .queueAge)
        traffic.longestDelay = max(traffic.longestDelay, drained.delays.longest)
        sample.delay = max(sample.delay, drained.delays.longest)
        loop.count(drained.delays)
    }

    /// One write at a time: what the kernel has no room for stays here, where it can still be dropped.
    private func writeOutput(_ context: ChannelHandlerContext) {
        let length = output.readableBytes
        traffic.sent += length
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        isWriting = !context.channel.isWritable
        pace.wrote(length, wasTaken: !isWriting)
        if isWriting {
            output = ByteBuffer()
        } else {
            loop.putIdleBuffer(&output)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWriting = !context.channel.isWritable
        // Later, when the channel's own flush is over, which says so.
        if !isWriting, !isDraining { context.eventLoop.assumeIsolated().execute { self.drain(at: .now()) } }
        context.fireChannelWritabilityChanged()
    }

    private func drop(_ count: Int, _ reason: DropReason) {
        traffic.drops += count
        sample.dropped += count
        loop.count(reason, times: count)
    }

    /// To be called now and then: old payloads must not wait for a client that never reads, and whoever sends them is told.
    func advance(to now: NIODeadline) {
        if !queue.isEmpty {
            sample.delay = max(sample.delay, queue.delay(at: now))
            drop(queue.expire(at: now), .queueAge)
        }
        if let id { loop.note(sample, of: id, at: now) }
        sample = QueueSample()
        rate.note(traffic.received + traffic.sent, at: now)
    }

    func activity(at now: NIODeadline) -> SessionActivity {
        SessionActivity(traffic, bytesPerSecond: rate.perSecond, queueDelay: queue.delay(at: now))
    }
}

@available(*, unavailable)
extension ClientStreamHandler: Sendable {}
