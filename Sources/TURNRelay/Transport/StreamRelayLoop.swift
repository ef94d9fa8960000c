// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import STUNCodec

/// The relay of one event loop of SwiftNIO and the TCP and TLS connections of its clients.
final class StreamRelayLoop: RelayLoop {
    let relay: Relay
    private(set) var counters = RelayCounters()
    private let logger: Logger
    private let onCongestion: @Sendable (CongestionReport) -> Void
    /// By `ClientID.slot`.
    private var handlers: [ClientStreamHandler?] = []
    private var unflushed: [ClientStreamHandler] = []
    /// Memory for the next list of those.
    private var spareList: [ClientStreamHandler] = []
    private var outboxes = LoopOutboxes()
    /// Of its TCP allocations; nil where there are none.
    private let peers: Confined<PeerSockets>?
    private var idleBuffers = IdlePool<ByteBuffer>()
    /// When ``tick(every:)`` is due.
    private var nextTick: NIODeadline?
    private var media: MediaWatch.Reporter

    private static let bufferCapacity = 16 * 1024

    /// - Parameter onCongestion: must not block.
    init(
        relay: Relay,
        peers: Confined<PeerSockets>? = nil,
        media: MediaWatch = MediaWatch(),
        logger: Logger,
        onCongestion: @escaping @Sendable (CongestionReport) -> Void = { _ in }
    ) {
        self.relay = relay
        self.peers = peers
        self.media = MediaWatch.Reporter(to: media)
        self.logger = logger
        self.onCongestion = onCongestion
    }

    var configuration: RelayConfiguration { relay.configuration }

    func join(_ mailboxes: [LoopMailbox]) {
        outboxes.join(mailboxes)
        peers?.value.loop = mailboxes.isEmpty ? nil : self
    }

    // MARK: Connections

    func connect(
        _ handler: ClientStreamHandler,
        from address: TransportAddress,
        acceptedAt: NIODeadline,
        serverName: String?
    ) -> ClientID {
        let id = relay.connect(
            from: address,
            over: handler.transport,
            acceptedAt: acceptedAt,
            serverName: serverName
        )
        while handlers.count <= id.slot {
            handlers.append(nil)
        }
        handlers[id.slot] = handler
        counters.clients[handler.transport] += 1
        logger.debug("TURN client connected", metadata: ["client": "\(address)"])
        return id
    }

    func disconnect(_ id: ClientID, _ summary: SessionSummary) {
        relay.disconnect(id, at: .now())
        handlers[id.slot] = nil
        counters.closes[summary.reason, default: 0] += 1
        logger.log(level: summary.level, summary.message, metadata: summary.metadata)
    }

    /// Has what a connection carries from now on go to and come from a peer: it is no client's any more.
    ///
    /// - Parameter end: the connection's.
    func bind(_ end: DataConnectionEnd, to connection: ConnectionID, of loop: Int, at now: NIODeadline) {
        post(.bind(connection, end), to: loop)
        flush(at: now)
    }

    /// The relay has removed the client already.
    func forget(_ id: ClientID) {
        handlers[id.slot] = nil
    }

    // MARK: Messages and payloads

    func receive(_ message: RawSpan, from id: ClientID, at now: NIODeadline) -> RelayOutcome {
        counters.messages += 1
        return relay.receive(message, from: id, at: Moment(uptime: now, unixTime: WallClock.seconds()))
    }

    /// Takes the payload of a client, a range of the bytes that it sent, where the route says.
    func forward(
        _ range: Range<Int>,
        of bytes: ByteBuffer,
        from transport: ClientTransport,
        along route: Route,
        dontFragment: Bool = false,
        at now: NIODeadline
    ) {
        counters.fromClients.count(range.count, over: transport)
        if case .allocation(let passage) = route, passage.target.loop == relay.loop {
            let start = range.lowerBound - bytes.readerIndex
            let payload = bytes.readableBytesSpan.extracting(start..<start + range.count)
            return deliver(payload, along: passage, at: now)
        }
        let payload = bytes.getSlice(at: range.lowerBound, length: range.count) ?? ByteBuffer()
        switch route {
        case .allocation(let passage):
            post(.payload(payload, passage), to: passage.target.loop)
        case .peer(let peer, let socket):
            post(.datagram(payload, to: peer, socket, dontFragment: dontFragment), to: Int(socket.loop))
        }
    }

    func post(_ parcel: Parcel, to loop: Int) {
        if !outboxes.append(parcel, to: loop) { counters.count(.staleRoute) }
    }

    func receive(_ parcels: [Parcel]) {
        let now = NIODeadline.now()
        for parcel in parcels {
            switch parcel {
            case .payload(let payload, let passage): deliver(payload.readableBytesSpan, along: passage, at: now)
            case .icmp(let message, let passage): report(message, along: passage, at: now)
            case .datagram: counters.count(.staleRoute)
            case .relay(let message): relay.receive(message, at: now)
            case .bind(let connection, let client): bind(connection, to: client)
            }
        }
        flush(at: now)
    }

    private func bind(_ connection: ConnectionID, to client: DataConnectionEnd) {
        guard let peers else { return client.channel.close(promise: nil) }
        peers.value.bind(connection, to: client)
    }

    private func deliver(_ payload: RawSpan, along passage: Passage, at now: NIODeadline) {
        switch relay.deliver(passage, at: now) {
        case .channelData(let client, let channel):
            guard let handler = admit(payload, to: client, at: now) else { return }
            handler.send(PayloadClass(payload), from: passage.source, at: now) {
                $0.writeChannelData(payload, on: channel)
            }
        case .dataIndication(let client):
            let indication = DataIndication(from: passage.source, relay.makeTransactionID())
            guard let message = indication.message(carrying: payload) else { return counters.count(.oversized) }
            guard let handler = admit(payload, to: client, at: now) else { return }
            handler.send(PayloadClass(payload), from: passage.source, at: now) { $0.writeBytes(message) }
        case .drop(let reason):
            counters.count(reason)
        }
    }

    private func report(_ icmp: ICMPAttribute, along passage: Passage, at now: NIODeadline) {
        guard let client = relay.recipient(of: icmp, along: passage, at: now) else { return }
        let indication = DataIndication(from: passage.source, relay.makeTransactionID())
        let message = indication.message(carrying: icmp)
        guard let handler = admit(message.rawSpan, to: client, at: now) else { return }
        handler.send(.control, from: passage.source, at: now) { $0.writeBytes(message) }
    }

    /// The connection of a client that may get a payload.
    private func admit(_ payload: RawSpan, to client: ClientID, at now: NIODeadline) -> ClientStreamHandler? {
        guard let handler = handlers[client.slot] else {
            counters.count(.staleRoute)
            return nil
        }
        guard relay.admit(payload.byteCount, of: client, at: now) else {
            counters.count(.bandwidth)
            return nil
        }
        counters.toClients.count(payload.byteCount, over: handler.transport)
        return handler
    }

    func count(_ reason: DropReason, times: Int = 1) {
        counters.count(reason, times: times)
    }

    func count(_ delays: DelayHistogram) {
        counters.queueDelays.add(delays)
    }

    func note(_ sample: QueueSample, of id: ClientID, at now: NIODeadline) {
        guard let report = relay.noteQueue(sample, of: id, at: now) else { return }
        counters.congestionReports += 1
        onCongestion(report)
    }

    func countStreamed(fromPeer bytes: Int) {
        counters.streamedFromPeers += bytes
    }

    func countStreamed(toPeer bytes: Int) {
        counters.streamedToPeers += bytes
    }

    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {
        handlers[id.slot]?.receive(message, again: id, at: now)
    }

    func send(answer: [UInt8], to id: ClientID, at now: NIODeadline) {
        handlers[id.slot]?.send(answer: answer, to: id, at: now)
    }

    // MARK: Sending, once for all that one read gave

    /// Buffers that were written go round, so that a busy loop allocates none and an idle connection has none.
    func takeIdleBuffer() -> ByteBuffer {
        idleBuffers.take() ?? ByteBufferAllocator().buffer(capacity: Self.bufferCapacity)
    }

    /// - Parameter buffer: nobody else refers to its bytes.
    func putIdleBuffer(_ buffer: inout ByteBuffer) {
        buffer.clear()
        idleBuffers.put(buffer, size: buffer.storageCapacity)
        buffer = ByteBuffer()
    }

    func markUnflushed(_ handler: ClientStreamHandler) {
        guard !handler.isMarkedUnflushed else { return }
        handler.isMarkedUnflushed = true
        unflushed.append(handler)
    }

    func flush(at now: NIODeadline) {
        doDeferredWork()
        // A client that is closed while it is drained gets here again: each pass has a list of its own.
        var handlers = spareList
        spareList = []
        swap(&handlers, &unflushed)
        for handler in handlers {
            handler.isMarkedUnflushed = false
            handler.drain(at: now)
        }
        handlers.removeAll(keepingCapacity: true)
        spareList = handlers
        counters.count(.loopBacklog, times: outboxes.post())
    }

    // MARK: Time

    /// To be called again and again, each time an interval after it has returned.
    func tick(every interval: TimeAmount) {
        let now = NIODeadline.now()
        if let nextTick { counters.tickDelays.add(now - nextTick) }
        advance(to: now)
        nextTick = .now() + interval
    }

    func advance(to now: NIODeadline) {
        media.report(counters.progress)
        close(relay.advance(to: now))
        for handler in handlers {
            handler?.advance(to: now)
        }
        flush(at: now)
    }

    func perform(_ actions: [RelayAction], at now: NIODeadline) {
        close(actions)
        flush(at: now)
    }

    private func close(_ actions: [RelayAction]) {
        for case .close(let id, let reason) in actions { handlers[id.slot]?.close(reason) }
    }

    func activity(of id: ClientID, at now: NIODeadline) -> SessionActivity {
        handlers[id.slot]?.activity(at: now) ?? SessionActivity()
    }
}

@available(*, unavailable)
extension StreamRelayLoop: Sendable {}

extension PayloadClass {
    init(_ payload: RawSpan) {
        let length = payload.byteCount
        self.init(
            first: length > 0 ? payload.bigEndian(at: 0) : 0,
            second: length > 1 ? payload.bigEndian(at: 1) : 0,
            length: length
        )
    }
}
