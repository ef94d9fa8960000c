// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Logging
import NIOCore
import OpenSSLTLS
import STUNCodec

/// Waits for the connections of clients.
typealias StreamThread = PollerThread<StreamRelayLoop>

/// The relay of one thread, and the TCP and TLS connections of its clients.
final class StreamRelayLoop: PolledLoop {
    let relay: Relay
    private var tally = RelayCounters()
    private let logger: Logger
    private let onCongestion: @Sendable (CongestionReport) -> Void
    private let poller: Poller
    /// By descriptor.
    private var connections: [ClientStream?] = []
    /// By `ClientID.slot`.
    private var clients: [ClientStream?] = []
    private var unflushed: [ClientStream] = []
    private var outboxes = LoopOutboxes()
    /// Of its TCP allocations, and of the connections that its clients have left to peers.
    private let peers: PeerSocketsAccess
    private var idleBuffers = IdlePool<ByteBuffer>()
    /// What the last read needed, for the next.
    private var received = ByteBuffer()
    private var plaintext = ByteBuffer()
    private var media: MediaWatch.Reporter

    private static let bufferCapacity = 16 * 1024
    private static let readCapacity = 64 * 1024

    /// - Parameter onCongestion: must not block.
    init(
        relay: Relay,
        poller: Poller,
        peers: PeerSocketsAccess,
        media: MediaWatch,
        logger: Logger,
        onCongestion: @escaping @Sendable (CongestionReport) -> Void
    ) {
        self.relay = relay
        self.poller = poller
        self.peers = peers
        self.media = MediaWatch.Reporter(to: media)
        self.logger = logger
        self.onCongestion = onCongestion
    }

    var configuration: RelayConfiguration { relay.configuration }

    var counters: RelayCounters {
        var counters = tally
        counters.streamedFromPeers = peers.streamed.fromPeers
        counters.streamedToPeers = peers.streamed.toPeers
        return counters
    }

    func join(_ mailboxes: [LoopMailbox]) {
        outboxes.join(mailboxes)
    }

    // MARK: Connections

    /// Serves a client from now on.
    func connect(_ arrival: ClientArrival) {
        let client = ClientStream(arrival, loop: self)
        do throws(SystemCallError) {
            try poller.add(client.descriptor)
        } catch {
            logger.warning("client refused: its connection cannot be watched", metadata: ["error": "\(error)"])
            return client.close(.transportError)
        }
        let id = relay.connect(
            from: arrival.address,
            over: arrival.transport,
            acceptedAt: arrival.acceptedAt,
            serverName: arrival.serverName
        )
        put(client, at: Int(client.descriptor), in: &connections)
        put(client, at: id.slot, in: &clients)
        tally.clients[arrival.transport] += 1
        logger.debug("TURN client connected", metadata: ["client": "\(arrival.address)"])
        client.begin(as: id, with: arrival.received, at: .now())
    }

    private func put(_ client: ClientStream, at index: Int, in table: inout [ClientStream?]) {
        while table.count <= index { table.append(nil) }
        table[index] = client
    }

    /// Its connection is closed, or somebody else's.
    func remove(_ client: ClientStream) {
        let descriptor = Int(client.descriptor)
        guard connections.indices.contains(descriptor), connections[descriptor] === client else { return }
        poller.remove(client.descriptor)
        connections[descriptor] = nil
    }

    func disconnect(_ id: ClientID, _ summary: SessionSummary) {
        relay.disconnect(id, at: .now())
        clients[id.slot] = nil
        tally.closes[summary.reason, default: 0] += 1
        logger.log(level: summary.level, summary.message, metadata: summary.metadata)
    }

    /// The relay has removed the client already.
    func forget(_ id: ClientID) {
        clients[id.slot] = nil
    }

    /// Has what a connection carries from now on go to and come from a peer: it is no client's any more.
    func give(_ departure: ClientDeparture, to connection: ConnectionID, of loop: Int) {
        let mailbox = outboxes.mailbox(of: loop)
        peers.perform { sockets in
            sockets.open(departure) { end in
                if let mailbox { _ = mailbox.post([.bind(connection, end)]) } else { end?.channel.close(promise: nil) }
            }
        }
    }

    func close() {
        for client in connections { client?.close(.closedByClient) }
        // They know this loop.
        (connections, clients, unflushed) = ([], [], [])
        outboxes = LoopOutboxes()
    }

    // MARK: Events

    func handle(_ event: Poller.Event) {
        guard connections.indices.contains(Int(event.descriptor)), let client = connections[Int(event.descriptor)]
        else { return }
        let now = NIODeadline.now()
        if event.hasRoom { client.roomCame(at: now) }
        if event.isReadable || event.hasError { client.read(at: now) }
        flush(at: now)
    }

    /// Whether to be told when the kernel takes more of a connection.
    func watchRoom(of socket: ClientSocket, _ isWatched: Bool) {
        poller.watchRoom(of: socket.descriptor, isWatched)
    }

    struct Reading {
        enum Outcome {
            /// There may be more.
            case filled
            case emptied
            case ended
            case failed
        }

        /// To be given back (`putReadBuffer`).
        var bytes = ByteBuffer()
        var outcome: Outcome
    }

    /// Reads what a client has sent, and decrypts it.
    func read(_ socket: ClientSocket, _ records: TLSRecordLayer?) -> Reading {
        var bytes = ByteBuffer()
        swap(&bytes, &received)
        bytes.clear(minimumCapacity: Self.readCapacity)
        let outcome: Reading.Outcome =
            switch socket.receive(into: &bytes) {
            case .bytes(let mayHaveMore): mayHaveMore ? .filled : .emptied
            case .nothing: .emptied
            case .ended: .ended
            case .failed: .failed
            }
        guard let records, bytes.readableBytes > 0 else { return Reading(bytes: bytes, outcome: outcome) }
        defer { received = bytes }
        return decrypt(bytes, records, outcome)
    }

    /// Whether TLS has ended with what was decrypted before.
    func end(of records: TLSRecordLayer) -> Reading.Outcome {
        let reading = decrypt(ByteBuffer(), records, .emptied)
        putReadBuffer(reading.bytes)
        return reading.outcome
    }

    private func decrypt(_ bytes: ByteBuffer, _ records: TLSRecordLayer, _ outcome: Reading.Outcome) -> Reading {
        var plaintext = ByteBuffer()
        swap(&plaintext, &self.plaintext)
        plaintext.clear(minimumCapacity: Self.readCapacity)
        return switch records.decrypt(bytes, into: &plaintext) {
        case .needsInput: Reading(bytes: plaintext, outcome: outcome)
        case .closed: Reading(bytes: plaintext, outcome: .ended)
        case .failed: Reading(bytes: plaintext, outcome: .failed)
        }
    }

    // MARK: Messages and payloads

    func receive(_ message: RawSpan, from id: ClientID, at now: NIODeadline) -> RelayOutcome {
        tally.messages += 1
        return relay.receive(message, from: id, at: Moment(uptime: now, unixTime: WallClock.seconds()))
    }

    /// Takes the payload of a client where the route says.
    func forward(
        _ payload: RawSpan,
        from transport: ClientTransport,
        along route: Route,
        dontFragment: Bool = false,
        at now: NIODeadline
    ) {
        tally.fromClients.count(payload.byteCount, over: transport)
        switch route {
        case .allocation(let passage) where passage.target.loop == relay.loop:
            deliver(payload, along: passage, at: now)
        case .allocation(let passage):
            post(.payload(ByteBuffer(copying: payload), passage), to: passage.target.loop)
        case .peer(let peer, let socket):
            let bytes = ByteBuffer(copying: payload)
            post(.datagram(bytes, to: peer, socket, dontFragment: dontFragment), to: Int(socket.loop))
        }
    }

    func post(_ parcel: Parcel, to loop: Int) {
        if !outboxes.append(parcel, to: loop) { tally.count(.staleRoute) }
    }

    func receive(_ parcels: [Parcel]) {
        let now = NIODeadline.now()
        for parcel in parcels {
            switch parcel {
            case .payload(let payload, let passage): deliver(payload.readableBytesSpan, along: passage, at: now)
            case .icmp(let message, let passage): report(message, along: passage, at: now)
            case .datagram: tally.count(.staleRoute)
            case .relay(let message): relay.receive(message, at: now)
            case .bind(let connection, let end): peers.perform { $0.bind(connection, to: end) }
            }
        }
        // Several batches together may be more than waits for a client.
        flush(at: now)
    }

    /// What holds for the data of an allocation's connections.
    func terms(of allocation: AllocationHandle) -> DataConnectionTerms {
        DataConnectionTerms(
            meter: relay.meter(of: allocation),
            halfClosedTimeout: configuration.halfClosedTimeout
        )
    }

    private func deliver(_ payload: RawSpan, along passage: Passage, at now: NIODeadline) {
        switch relay.deliver(passage, at: now) {
        case .channelData(let id, let channel):
            guard let client = admit(payload, to: id, at: now) else { return }
            client.send(PayloadClass(payload), from: passage.source, at: now) {
                $0.writeChannelData(payload, on: channel)
            }
        case .dataIndication(let id):
            let indication = DataIndication(from: passage.source, relay.makeTransactionID())
            guard let message = indication.message(carrying: payload) else { return tally.count(.oversized) }
            guard let client = admit(payload, to: id, at: now) else { return }
            client.send(PayloadClass(payload), from: passage.source, at: now) { $0.writeBytes(message) }
        case .drop(let reason):
            tally.count(reason)
        }
    }

    private func report(_ icmp: ICMPAttribute, along passage: Passage, at now: NIODeadline) {
        guard let id = relay.recipient(of: icmp, along: passage, at: now) else { return }
        let indication = DataIndication(from: passage.source, relay.makeTransactionID())
        let message = indication.message(carrying: icmp)
        guard let client = admit(message.rawSpan, to: id, at: now) else { return }
        client.send(.control, from: passage.source, at: now) { $0.writeBytes(message) }
    }

    /// The connection of a client that may get a payload.
    private func admit(_ payload: RawSpan, to id: ClientID, at now: NIODeadline) -> ClientStream? {
        guard let client = clients[id.slot] else {
            tally.count(.staleRoute)
            return nil
        }
        guard relay.admit(payload.byteCount, of: id, at: now) else {
            tally.count(.bandwidth)
            return nil
        }
        tally.toClients.count(payload.byteCount, over: client.transport)
        return client
    }

    func count(_ reason: DropReason, times: Int = 1) {
        tally.count(reason, times: times)
    }

    func count(_ delays: DelayHistogram) {
        tally.queueDelays.add(delays)
    }

    func note(_ sample: QueueSample, of id: ClientID, at now: NIODeadline) {
        guard let report = relay.noteQueue(sample, of: id, at: now) else { return }
        tally.congestionReports += 1
        onCongestion(report)
    }

    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {
        clients[id.slot]?.receive(message, again: id, at: now)
    }

    func send(answer: [UInt8], to id: ClientID, at now: NIODeadline) {
        clients[id.slot]?.send(answer: answer, to: id, at: now)
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

    /// - Parameter buffer: of a ``Reading``, which nobody else refers to.
    func putReadBuffer(_ buffer: ByteBuffer) {
        if received.capacity == 0 { received = buffer } else { plaintext = buffer }
    }

    func markUnflushed(_ client: ClientStream) {
        guard !client.isMarkedUnflushed else { return }
        client.isMarkedUnflushed = true
        unflushed.append(client)
    }

    func flush() {
        flush(at: .now())
    }

    func flush(at now: NIODeadline) {
        doDeferredWork()
        var next = 0
        while next < unflushed.count {
            let client = unflushed[next]
            next += 1
            client.isMarkedUnflushed = false
            client.drain(at: now)
            // One that was closed may have left something to others.
            doDeferredWork()
        }
        unflushed.removeAll(keepingCapacity: true)
        tally.count(.loopBacklog, times: outboxes.post())
    }

    // MARK: Time

    func countTickDelay(_ delay: TimeAmount) {
        tally.tickDelays.add(delay)
    }

    func advance(to now: NIODeadline) {
        media.report(counters.progress)
        perform(relay.advance(to: now))
        for client in clients { client?.advance(to: now) }
    }

    func perform(_ actions: [RelayAction]) {
        for case .close(let id, let reason) in actions { clients[id.slot]?.close(reason) }
    }

    func activity(of id: ClientID, at now: NIODeadline) -> SessionActivity {
        clients[id.slot]?.activity(at: now) ?? SessionActivity()
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
