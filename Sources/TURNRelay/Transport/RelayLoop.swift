// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import STUNCodec

/// The relay of one event loop and the connections of its clients.
final class RelayLoop {
    var relay: Relay
    private(set) var counters = RelayCounters()
    private let logger: Logger
    /// By `ClientID.slot`.
    private var handlers: [ClientStreamHandler?] = []
    private var unflushed: [ClientStreamHandler] = []
    /// One for each event loop; this loop's own stays empty.
    private var outboxes: [[Parcel]] = []
    private var mailboxes: [LoopMailbox] = []

    init(relay: Relay, logger: Logger) {
        self.relay = relay
        self.logger = logger
    }

    var configuration: RelayConfiguration { relay.configuration }

    func join(_ mailboxes: [LoopMailbox]) {
        self.mailboxes = mailboxes
        self.outboxes = mailboxes.map { _ in [] }
    }

    // MARK: Connections

    func connect(
        _ handler: ClientStreamHandler,
        from address: TransportAddress,
        acceptedAt: NIODeadline,
        serverName: String?
    ) -> ClientID {
        let id = relay.connect(from: address, acceptedAt: acceptedAt, serverName: serverName)
        while handlers.count <= id.slot {
            handlers.append(nil)
        }
        handlers[id.slot] = handler
        counters.connections += 1
        logger.debug("TURN client connected", metadata: ["client": "\(address)"])
        return id
    }

    func disconnect(_ id: ClientID, address: TransportAddress, reason: CloseReason) {
        relay.disconnect(id)
        handlers[id.slot] = nil
        counters.closes[reason, default: 0] += 1
        let level: Logger.Level = reason == .protocolViolation || reason == .unread ? .info : .debug
        logger.log(
            level: level,
            "TURN client closed",
            metadata: ["client": "\(address)", "reason": "\(reason.rawValue)"]
        )
    }

    // MARK: Messages and payloads

    func receive(_ message: RawSpan, from id: ClientID, at now: NIODeadline) -> RelayOutcome {
        counters.messages += 1
        return relay.receive(message, from: id, at: Moment(uptime: now, unixTime: WallClock.seconds()))
    }

    func forward(_ payload: ByteBuffer, along route: Route, at now: NIODeadline) {
        if route.target.loop == relay.loop {
            deliver(payload, along: route, at: now)
        } else {
            outboxes[route.target.loop].append(Parcel(route: route, payload: payload))
        }
    }

    /// Takes a batch of another loop.
    func receive(_ parcels: [Parcel]) {
        let now = NIODeadline.now()
        for parcel in parcels {
            deliver(parcel.payload, along: parcel.route, at: now)
        }
        flush(at: now)
    }

    private func deliver(_ payload: ByteBuffer, along route: Route, at now: NIODeadline) {
        switch relay.deliver(route, at: now) {
        case .channelData(let client, let channel):
            enqueue(.channelData(channel, payload), payload, to: client, at: now)
        case .dataIndication(let client):
            let transactionID = relay.makeTransactionID()
            guard let message = dataIndication(of: payload, from: route.source, transactionID: transactionID) else {
                return counters.count(.oversized)
            }
            enqueue(.message(message), payload, to: client, at: now)
        case .drop(let reason):
            counters.count(reason)
        }
    }

    private func enqueue(_ frame: SendQueue.Frame, _ payload: ByteBuffer, to client: ClientID, at now: NIODeadline) {
        guard let handler = handlers[client.slot] else { return counters.count(.staleRoute) }
        counters.packetsQueued += 1
        counters.bytesQueued += payload.readableBytes
        counters.count(.queueBytes, times: handler.enqueue(frame, of: PayloadClass(payload), at: now))
        markUnflushed(handler)
    }

    func count(_ reason: DropReason, times: Int = 1) {
        counters.count(reason, times: times)
    }

    // MARK: Sending, once for all that one read gave

    func markUnflushed(_ handler: ClientStreamHandler) {
        guard !handler.isMarkedUnflushed else { return }
        handler.isMarkedUnflushed = true
        unflushed.append(handler)
    }

    func flush(at now: NIODeadline) {
        let handlers = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for handler in handlers {
            handler.isMarkedUnflushed = false
            handler.drain(at: now)
        }
        for index in outboxes.indices where !outboxes[index].isEmpty {
            post(&outboxes[index], to: mailboxes[index])
        }
    }

    private func post(_ parcels: inout [Parcel], to mailbox: LoopMailbox) {
        if !mailbox.post(parcels) {
            counters.count(.loopBacklog, times: parcels.count)
        }
        parcels.removeAll()
    }

    // MARK: Time

    func advance(to now: NIODeadline) {
        for action in relay.advance(to: now) {
            switch action {
            case .close(let id, let reason): handlers[id.slot]?.close(reason)
            }
        }
        for handler in handlers {
            handler?.expire(at: now)
        }
    }

    /// Makes no more allocations; those that exist live on.
    func drain() {
        relay.isDraining = true
    }
}

@available(*, unavailable)
extension RelayLoop: Sendable {}

extension PayloadClass {
    fileprivate init(_ payload: ByteBuffer) {
        let start = payload.readerIndex
        self.init(
            first: payload.getInteger(at: start) ?? 0,
            second: payload.getInteger(at: start + 1) ?? 0,
            length: payload.readableBytes
        )
    }
}
