// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import STUNCodec

/// The relay of one event loop of SwiftNIO and the TCP and TLS connections of its clients.
final class StreamRelayLoop: RelayLoop {
    var relay: Relay
    private(set) var counters = RelayCounters()
    private let logger: Logger
    /// By `ClientID.slot`.
    private var handlers: [ClientStreamHandler?] = []
    private var unflushed: [ClientStreamHandler] = []
    private var outboxes = LoopOutboxes()

    init(relay: Relay, logger: Logger) {
        self.relay = relay
        self.logger = logger
    }

    var configuration: RelayConfiguration { relay.configuration }

    func join(_ mailboxes: [LoopMailbox]) {
        outboxes.join(mailboxes)
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
        relay.disconnect(id, at: .now())
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

    func forward(_ payload: ByteBuffer, along route: Route, dontFragment: Bool = false, at now: NIODeadline) {
        switch route {
        case .allocation(let passage) where passage.target.loop == relay.loop:
            deliver(payload, along: passage, at: now)
        case .allocation(let passage):
            post(.payload(payload, passage), to: passage.target.loop)
        case .peer(let peer, let socket):
            post(.datagram(payload, to: peer, socket, dontFragment: dontFragment), to: Int(socket.loop))
        }
    }

    private func post(_ parcel: Parcel, to loop: Int) {
        if !outboxes.append(parcel, to: loop) { counters.count(.staleRoute) }
    }

    func receive(_ parcels: [Parcel]) {
        let now = NIODeadline.now()
        for parcel in parcels {
            switch parcel {
            case .payload(let payload, let passage): deliver(payload, along: passage, at: now)
            case .icmp(let message, let passage): report(message, along: passage, at: now)
            case .datagram: counters.count(.staleRoute)
            case .relay(let message): relay.receive(message, at: now)
            }
        }
        flush(at: now)
    }

    private func deliver(_ payload: ByteBuffer, along passage: Passage, at now: NIODeadline) {
        switch relay.deliver(passage, at: now) {
        case .channelData(let client, let channel):
            enqueue(.channelData(channel, payload), payload, to: client, at: now)
        case .dataIndication(let client):
            let indication = DataIndication(from: passage.source, relay.makeTransactionID())
            guard let message = indication.message(carrying: payload.readableBytesSpan) else {
                return counters.count(.oversized)
            }
            enqueue(.message(ByteBuffer(bytes: message)), payload, to: client, at: now)
        case .drop(let reason):
            counters.count(reason)
        }
    }

    private func report(_ icmp: ICMPAttribute, along passage: Passage, at now: NIODeadline) {
        guard let client = relay.recipient(of: icmp, along: passage, at: now) else { return }
        let indication = DataIndication(from: passage.source, relay.makeTransactionID())
        let message = ByteBuffer(bytes: indication.message(carrying: icmp))
        enqueue(.message(message), message, to: client, at: now)
    }

    private func enqueue(_ frame: SendQueue.Frame, _ payload: ByteBuffer, to client: ClientID, at now: NIODeadline) {
        guard let handler = handlers[client.slot] else { return counters.count(.staleRoute) }
        guard relay.admit(payload.readableBytes, of: client, at: now) else { return counters.count(.bandwidth) }
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
        doDeferredWork(at: now)
        let handlers = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for handler in handlers {
            handler.isMarkedUnflushed = false
            handler.drain(at: now)
        }
        counters.count(.loopBacklog, times: outboxes.post())
    }

    private func doDeferredWork(at now: NIODeadline) {
        while !relay.deferred.isEmpty {
            for work in relay.takeDeferred() {
                switch work {
                case .post(let message, let loop): post(.relay(message), to: loop)
                case .receive(let message, let id): handlers[id.slot]?.receive(message, again: id, at: now)
                }
            }
        }
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
        flush(at: now)
    }
}

@available(*, unavailable)
extension StreamRelayLoop: Sendable {}

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
