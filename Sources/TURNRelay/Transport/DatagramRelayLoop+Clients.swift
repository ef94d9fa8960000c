// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Logging
import NIOCore
import STUNCodec

/// Datagrams of clients.
extension DatagramRelayLoop {
    /// - Parameter local: the local address that it was sent to; nil when the listener has only one.
    func receive(
        _ datagram: RawSpan,
        from address: TransportAddress,
        to local: IPAddress?,
        at port: DatagramPort,
        _ now: NIODeadline
    ) {
        let key = DatagramClientKey(descriptor: port.socket.descriptor, address: address, localAddress: local)
        let client = clientsByKey[key]
        client?.traffic.countReceived(datagram.byteCount)
        switch DatagramFraming.frame(of: datagram) {
        case .stun:
            switch port.vantage.map({ relay.discover(datagram, from: address, at: $0, now) }) ?? .otherMessage {
            case .reply(let reply): send(reply)
            case .drop(let reason): counters.count(reason)
            case .otherMessage: receive(message: datagram, from: client, key, at: port, now)
            }
        case .channelData(let channel, let length):
            guard let client else { return counters.count(.noAllocation) }
            let payload = datagram.extracting(droppingFirst: ChannelData.headerLength).extracting(first: length)
            guard relay.admit(length, of: client.id, at: now) else { return counters.count(.bandwidth) }
            switch relay.route(channel: channel, from: client.id, at: now) {
            case .forward(let route): forward(payload, along: route, at: now)
            case .drop(let reason): counters.count(reason)
            }
        case .invalid:
            counters.count(.malformed)
        }
    }

    private func receive(
        message: RawSpan,
        from client: DatagramClient?,
        _ key: DatagramClientKey,
        at port: DatagramPort,
        _ now: NIODeadline
    ) {
        if let client {
            receive(message: message, from: client, at: now)
        } else {
            receive(message: message, fromStranger: key, at: port, now)
        }
    }

    private func send(_ reply: BindingReply) {
        counters.messages += 1
        // Until all four sockets are served, at start, a response may have none to leave through.
        guard let port = discoveryPort(reply.origin) else { return counters.count(.notSent) }
        send(to: reply.destination, at: port) { $0 += reply.bytes }
    }

    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {
        guard clients.indices.contains(id.slot), let client = clients[id.slot], client.id == id else { return }
        receive(message: message.rawSpan, from: client, at: now)
    }

    private func receive(message: RawSpan, from client: DatagramClient, at now: NIODeadline) {
        counters.messages += 1
        let outcome = relay.receive(message, from: client.id, at: Moment(uptime: now, unixTime: WallClock.seconds()))
        if case .forward(let range, _, _) = outcome, !relay.admit(range.count, of: client.id, at: now) {
            return counters.count(.bandwidth)
        }
        take(outcome, of: message, from: client.key, at: client.port, now)
    }

    private func receive(
        message: RawSpan,
        fromStranger key: DatagramClientKey,
        at port: DatagramPort,
        _ now: NIODeadline
    ) {
        counters.messages += 1
        let moment = Moment(uptime: now, unixTime: WallClock.seconds())
        let (outcome, id) = relay.receive(message, fromStranger: key.address, at: moment)
        if let id { connect(id, key, at: port, now) }
        take(outcome, of: message, from: key, at: port, now)
    }

    private func take(
        _ outcome: RelayOutcome,
        of message: RawSpan,
        from key: DatagramClientKey,
        at port: DatagramPort,
        _ now: NIODeadline
    ) {
        switch outcome {
        case .respond(let answer):
            clientsByKey[key]?.traffic.countSent(answer.count)
            send(to: key.address, from: key.localAddress, at: port) { $0 += answer }
        case .forward(let range, let route, let dontFragment):
            let payload = message.extracting(range)
            forward(payload, along: route, dontFragment: dontFragment, at: now)
        case .drop(let reason):
            counters.count(reason)
        case .pending, .bind:
            break
        }
    }

    // MARK: Clients come and go

    private func connect(_ id: ClientID, _ key: DatagramClientKey, at port: DatagramPort, _ now: NIODeadline) {
        let client = DatagramClient(id: id, key: key, port: port, since: now)
        while clients.count <= id.slot {
            clients.append(nil)
        }
        clients[id.slot] = client
        clientsByKey[key] = client
        counters.clients[.udp] += 1
        logger.debug("TURN client allocated over UDP", metadata: ["client": "\(key.address)"])
    }

    func disconnect(_ id: ClientID, _ reason: CloseReason) {
        relay.disconnect(id, at: .now())
        guard let client = clients[id.slot] else { return }
        clients[id.slot] = nil
        clientsByKey[client.key] = nil
        counters.closes[reason, default: 0] += 1
        let summary = SessionSummary(
            address: client.key.address,
            transport: .udp,
            reason: reason,
            // A stranger is no client over UDP.
            isAuthenticated: true,
            duration: .now() - client.since,
            traffic: client.traffic
        )
        logger.log(level: summary.level, summary.message, metadata: summary.metadata)
    }

    // MARK: To a client

    func deliver(_ payload: RawSpan, along passage: Passage, at now: NIODeadline) {
        switch relay.deliver(passage, at: now) {
        case .channelData(let id, let channel):
            guard let client = clients[id.slot] else { return counters.count(.staleRoute) }
            guard relay.admit(payload.byteCount, of: id, at: now) else { return counters.count(.bandwidth) }
            counters.toClients.count(payload.byteCount, over: .udp)
            client.traffic.countSent(ChannelData.headerLength + payload.byteCount)
            send(to: client.key.address, from: client.key.localAddress, at: client.port) { bytes in
                bytes.append(bigEndian: channel.rawValue)
                bytes.append(bigEndian: UInt16(truncatingIfNeeded: payload.byteCount))
                bytes.append(payload)
            }
        case .dataIndication(let id):
            let indication = DataIndication(from: passage.source, relay.makeTransactionID())
            guard let message = indication.message(carrying: payload) else { return counters.count(.oversized) }
            guard relay.admit(payload.byteCount, of: id, at: now) else { return counters.count(.bandwidth) }
            counters.toClients.count(payload.byteCount, over: .udp)
            send(message, to: id)
        case .drop(let reason):
            counters.count(reason)
        }
    }

    func deliver(_ icmp: ICMPAttribute, along passage: Passage, at now: NIODeadline) {
        guard let id = relay.recipient(of: icmp, along: passage, at: now) else { return }
        send(DataIndication(from: passage.source, relay.makeTransactionID()).message(carrying: icmp), to: id)
    }

    func send(answer: [UInt8], to id: ClientID, at now: NIODeadline) {
        send(answer, to: id)
    }

    private func send(_ message: [UInt8], to id: ClientID) {
        guard let client = clients[id.slot] else { return counters.count(.staleRoute) }
        client.traffic.countSent(message.count)
        send(to: client.key.address, from: client.key.localAddress, at: client.port) { $0 += message }
    }
}
