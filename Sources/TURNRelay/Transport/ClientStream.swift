// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLTLS
import STUNCodec

/// What is known of a client's connection when the relay gets it.
struct ClientArrival: Sendable {
    let socket: ClientSocket
    /// Of TLS; nil without.
    let records: TLSRecordLayer?
    let address: TransportAddress
    let transport: ClientTransport
    let acceptedAt: NIODeadline
    let serverName: String?
    /// What the client has sent already, decrypted.
    let received: ByteBuffer
    /// Called when the client has authenticated or is gone, once.
    let onDecided: @Sendable () -> Void
}

/// A TURN client on a TCP or TLS connection: takes frames out of the byte stream, and puts frames into it as fast as
/// the client reads.
final class ClientStream {
    /// How often one connection is read before others have their turn.
    private static let readsPerEvent = 4

    private let loop: StreamRelayLoop
    private let socket: ClientSocket
    private let records: TLSRecordLayer?
    private let address: TransportAddress
    let transport: ClientTransport
    private let acceptedAt: NIODeadline
    /// nil once it was called.
    private var onDecided: (@Sendable () -> Void)?
    private var id: ClientID?
    /// The begin of a frame whose end has not arrived.
    private var partial = ByteBuffer()
    /// What leaves at the end of the read under way.
    private var output = ByteBuffer()
    /// Of what was written, as it is on the wire, what the kernel has not taken.
    private var unsent = ByteBuffer()
    /// What waits because the client has not taken all that was written.
    private var queue: SendQueue
    private var pace = WritePace()
    private var isRoomWatched = false
    private var isDraining = false
    private var traffic = SessionTraffic()
    private var rate = RateMeter()
    /// Since it was looked at.
    private var sample = QueueSample()
    private var isClosed = false
    /// The connection that is a peer's from now on, and the loop that has the peer's end.
    private var binding: (connection: ConnectionID, loop: Int)?
    /// Owned by `StreamRelayLoop`: whether it will drain this client at the end of the read under way.
    var isMarkedUnflushed = false

    init(_ arrival: ClientArrival, loop: StreamRelayLoop) {
        self.loop = loop
        socket = arrival.socket
        records = arrival.records
        address = arrival.address
        transport = arrival.transport
        acceptedAt = arrival.acceptedAt
        onDecided = arrival.onDecided
        queue = SendQueue(limits: loop.configuration.sendQueue)
    }

    // MARK: Life

    var descriptor: CInt { socket.descriptor }

    /// Begins to serve the client.
    func begin(as id: ClientID, with received: ByteBuffer, at now: NIODeadline) {
        self.id = id
        take(received.readableBytesSpan, at: now)
        // The end, or the failure, of TLS may have come with that.
        goOn(after: isClosed ? .emptied : records.map { loop.end(of: $0) } ?? .emptied)
    }

    /// Ends the connection, for this reason, and forgets the client. What it was answered before leaves, as it would if the answer
    /// had come with another read.
    func close(_ reason: CloseReason) {
        drain(at: .now())
        guard !isClosed else { return }
        isClosed = true
        if unsent.readableBytes == 0 {
            records?.sayGoodbye()
            sendRecords()
        }
        decide()
        loop.remove(self)
        guard let id else { return }
        self.id = nil
        let summary = SessionSummary(
            address: address,
            transport: transport,
            reason: reason,
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

    /// Reads what has come, and takes what that is.
    func read(at now: NIODeadline) {
        for _ in 0..<Self.readsPerEvent where !isClosed {
            let reading = loop.read(socket, records)
            take(reading.bytes.readableBytesSpan, at: now)
            loop.putReadBuffer(reading.bytes)
            goOn(after: reading.outcome)
            if reading.outcome != .filled { return }
        }
    }

    private func goOn(after outcome: StreamRelayLoop.Reading.Outcome) {
        guard !isClosed else { return }
        if let binding {
            return leave(for: binding.connection, of: binding.loop, hasEnded: outcome == .ended || outcome == .failed)
        }
        switch outcome {
        // What OpenSSL says by itself goes with the answer, if there is one.
        case .filled, .emptied: if records?.hasOutput == true { loop.markUnflushed(self) }
        case .ended: close(.closedByClient)
        case .failed: close(.transportError)
        }
    }

    /// Takes the frames that are whole, and keeps the begin of one that is not.
    private func take(_ bytes: RawSpan, at now: NIODeadline) {
        guard !isClosed, bytes.byteCount > 0 else { return }
        traffic.received += bytes.byteCount
        guard partial.readableBytes > 0 else { return keep(takeFrames(bytes, at: now), of: bytes) }
        partial.writeBytes(bytes)
        let joined = partial
        partial = ByteBuffer()
        keep(takeFrames(joined.readableBytesSpan, at: now), of: joined.readableBytesSpan)
    }

    private func keep(_ start: Int, of bytes: RawSpan) {
        guard !isClosed else { return }
        if start < bytes.byteCount { partial.writeBytes(bytes.extracting(droppingFirst: start)) }
    }

    /// - Returns: where the frames end that were taken.
    private func takeFrames(_ bytes: RawSpan, at now: NIODeadline) -> Int {
        var start = 0
        while !isClosed, binding == nil, let id {
            let length = takeFrame(bytes.extracting(droppingFirst: start), from: id, at: now)
            guard length > 0 else { break }
            start += length
        }
        return start
    }

    /// Takes one frame off the begin.
    ///
    /// - Returns: its length; 0 when there is no whole one.
    private func takeFrame(_ bytes: RawSpan, from id: ClientID, at now: NIODeadline) -> Int {
        let limit = isDecided ? RelayConfiguration.messageLimit : loop.relay.messageLimit(of: id)
        switch StreamFraming.nextFrame(in: bytes, maximumLength: limit) {
        case .needMore:
            return 0
        case .stun(let length):
            traffic.packetsReceived += 1
            takeMessage(bytes.extracting(first: length), from: id, at: now)
            return length
        case .channelData(let channel, let payloadLength, let frameLength):
            traffic.packetsReceived += 1
            let payload = bytes.extracting(droppingFirst: ChannelData.headerLength).extracting(first: payloadLength)
            takePayload(payload, on: channel, from: id, at: now)
            return frameLength
        case .invalid:
            close(.protocolViolation)
            return 0
        }
    }

    private func takeMessage(_ message: RawSpan, from id: ClientID, at now: NIODeadline) {
        switch loop.receive(message, from: id, at: now) {
        case .respond(let answer):
            if loop.relay.isAuthenticated(id) { decide() }
            append(answer: answer, at: now)
            loop.markUnflushed(self)
        case .forward(let range, let route, let dontFragment):
            let payload = message.extracting(range)
            guard loop.relay.admit(payload.byteCount, of: id, at: now) else { return loop.count(.bandwidth) }
            loop.forward(payload, from: transport, along: route, dontFragment: dontFragment, at: now)
        case .drop(let reason):
            loop.count(reason)
        case .pending:
            if loop.relay.isAuthenticated(id) { decide() }
        case .bind(let answer, let connection, let target):
            decide()
            append(answer: answer, at: now)
            // The relay has removed the client already.
            loop.forget(id)
            self.id = nil
            binding = (connection, target)
        }
    }

    /// Takes a message that was ``RelayOutcome/pending``.
    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {
        guard self.id == id, !isClosed else { return }
        takeMessage(message.rawSpan, from: id, at: now)
        goOn(after: .emptied)
    }

    private func takePayload(_ payload: RawSpan, on channel: ChannelNumber, from id: ClientID, at now: NIODeadline) {
        guard loop.relay.admit(payload.byteCount, of: id, at: now) else { return loop.count(.bandwidth) }
        switch loop.relay.route(channel: channel, from: id, at: now) {
        case .forward(let route): loop.forward(payload, from: transport, along: route, at: now)
        case .drop(let reason): loop.count(reason)
        }
    }

    /// Leaves the connection to a channel: what the relay has said is written, and what the client says is for a peer.
    private func leave(for connection: ConnectionID, of target: Int, hasEnded: Bool) {
        isClosed = true
        loop.remove(self)
        // However slowly the client reads: it has no allocation, and so nearly nothing but answers.
        fillOutput(to: .max, at: .now())
        seal(&output)
        unsent.writeBuffer(&output)
        let departure = ClientDeparture(
            socket: socket,
            records: records,
            unsent: unsent,
            received: partial,
            hasEnded: hasEnded
        )
        loop.give(departure, to: connection, of: target)
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
        if queue.isEmpty, unsent.readableBytes == 0, output.readableBytes < pace.limit {
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
        guard !isDraining, !isClosed else { return }
        isDraining = true
        defer { isDraining = false }
        while unsent.readableBytes == 0, !isClosed {
            if !queue.isEmpty { fillOutput(to: pace.limit, at: now) }
            guard output.readableBytes > 0 else { break }
            writeOutput()
        }
        if unsent.readableBytes == 0, !isClosed { sendRecords() }
        // All that waited was too old.
        if output.readableBytes == 0, output.capacity > 0 { loop.putIdleBuffer(&output) }
        if queue.isOverfull(isAuthenticated: isDecided) { close(.unread) }
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
    private func writeOutput() {
        let length = output.readableBytes
        traffic.sent += length
        seal(&output)
        guard !isClosed else { return }
        swap(&output, &unsent)
        sendUnsent()
        pace.wrote(length, wasTaken: unsent.readableBytes == 0)
    }

    /// Makes plain bytes what is on the wire.
    private func seal(_ bytes: inout ByteBuffer) {
        guard let records, bytes.readableBytes > 0 else { return }
        var sealed = loop.takeIdleBuffer()
        do {
            try records.encrypt(bytes, into: &sealed)
        } catch {
            close(.transportError)
        }
        loop.putIdleBuffer(&bytes)
        bytes = sealed
    }

    /// What OpenSSL says by itself, when nothing waits that is on its way before.
    private func sendRecords() {
        guard let bytes = records?.takeOutput() else { return }
        unsent = bytes
        sendUnsent()
    }

    private func sendUnsent() {
        guard socket.send(&unsent) else { return close(.transportError) }
        if unsent.readableBytes == 0 {
            loop.putIdleBuffer(&unsent)
        } else if !isRoomWatched {
            isRoomWatched = true
            loop.watchRoom(of: socket, true)
        }
    }

    /// The kernel takes more.
    func roomCame(at now: NIODeadline) {
        guard isRoomWatched, !isClosed else { return }
        sendUnsent()
        guard unsent.readableBytes == 0, !isClosed else { return }
        isRoomWatched = false
        loop.watchRoom(of: socket, false)
        drain(at: now)
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
extension ClientStream: Sendable {}
