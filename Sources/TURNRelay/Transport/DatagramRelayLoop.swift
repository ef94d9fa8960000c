// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Logging
import NIOCore
import STUNCodec

/// The relay of a datagram thread: its UDP clients, and the sockets of relayed transport addresses, those of its own
/// allocations and those of one stream thread's.
///
/// A payload is copied once, out of the batch that it was received in and into one that is sent: from a UDP client to a
/// peer and back it never leaves this thread, and costs a share of two system calls.
final class DatagramRelayLoop: PolledLoop {
    /// Of a datagram: what UDP can carry.
    private static let maximumLength = 65_535
    /// How many batches are read from one socket before others have their turn.
    private static let roundsPerEvent = 4
    private static let errorsPerEvent = 64

    let relay: Relay
    var counters = RelayCounters()
    let logger: Logger
    private let poller: Poller
    private let batch = ReceiveBatch(maximumLength: maximumLength)
    private var outboxes = LoopOutboxes()
    /// By descriptor.
    private var ports: [DatagramPort?] = []
    /// Those for NAT behavior discovery, by the address that clients see.
    private var discoveryPorts: [TransportAddress: DatagramPort] = [:]
    private var unflushed: [DatagramPort] = []
    private var idleBatches = IdlePool<SendBatch>()
    /// By `ClientID.slot`.
    var clients: [DatagramClient?] = []
    var clientsByKey: [DatagramClientKey: DatagramClient] = [:]
    private var media: MediaWatch.Reporter

    init(relay: Relay, poller: Poller, media: MediaWatch, logger: Logger) {
        self.relay = relay
        self.poller = poller
        self.media = MediaWatch.Reporter(to: media)
        self.logger = logger
    }

    func join(_ mailboxes: [LoopMailbox]) {
        outboxes.join(mailboxes)
    }

    // MARK: Ports

    /// - Parameter port: of a socket that is with the poller.
    func add(_ port: DatagramPort) {
        let descriptor = Int(port.socket.descriptor)
        while ports.count <= descriptor {
            ports.append(nil)
        }
        ports[descriptor] = port
        if let vantage = port.vantage { discoveryPorts[vantage.origin] = port }
    }

    func discoveryPort(_ origin: TransportAddress) -> DatagramPort? {
        discoveryPorts[origin]
    }

    func port(_ id: RelaySocketID) -> DatagramPort? {
        guard let port = port(id.descriptor), port.serial == id.serial else { return nil }
        return port
    }

    private func port(_ descriptor: CInt) -> DatagramPort? {
        ports.indices.contains(Int(descriptor)) ? ports[Int(descriptor)] : nil
    }

    func assignPort(_ id: RelaySocketID, to allocation: AllocationHandle) {
        port(id)?.purpose = .allocation(allocation)
    }

    func removePort(_ id: RelaySocketID) {
        guard let port = port(id) else { return }
        counters.count(.notSent, times: port.flush())
        poller.remove(id.descriptor)
        ports[Int(id.descriptor)] = nil
    }

    func close() {
        for port in ports {
            guard let port else { continue }
            poller.remove(port.socket.descriptor)
        }
        ports = []
        discoveryPorts = [:]
        unflushed = []
        outboxes = LoopOutboxes()
        clients = []
        clientsByKey = [:]
    }

    // MARK: Events

    func handle(_ event: Poller.Event) {
        guard let port = port(event.descriptor) else { return }
        if event.hasError { takeErrors(of: port) }
        guard event.isReadable else { return }
        for _ in 0..<Self.roundsPerEvent {
            let mayHaveMore = batch.receive(from: port.socket)
            take(batch, from: port)
            flush()
            if !mayHaveMore { break }
        }
    }

    private func take(_ batch: ReceiveBatch, from port: DatagramPort) {
        let now = NIODeadline.now()
        let truncated =
            switch port.purpose {
            case .clients: batch.forEach { receive($0, from: $1, to: $2, at: port, now) }
            case .allocation(let handle):
                batch.forEach { bytes, peer, _ in receive(bytes, from: peer, for: handle, now) }
            }
        counters.count(.truncated, times: truncated)
    }

    private func takeErrors(of port: DatagramPort) {
        let now = NIODeadline.now()
        for _ in 0..<Self.errorsPerEvent {
            guard let error = port.socket.takeError() else { return }
            if case .allocation(let handle) = port.purpose { report(error, for: handle, now) }
        }
    }

    func receive(_ parcels: [Parcel]) {
        let now = NIODeadline.now()
        for parcel in parcels {
            switch parcel {
            case .payload(let payload, let passage):
                deliver(payload.readableBytesSpan, along: passage, at: now)
            case .datagram(let payload, let peer, let socket, let dontFragment):
                send(payload.readableBytesSpan, to: peer, through: socket, dontFragment: dontFragment)
            case .icmp(let message, let passage):
                deliver(message, along: passage, at: now)
            case .relay(let message):
                relay.receive(message, at: now)
            case .bind(_, let client):
                // There are no TCP allocations here.
                client?.channel.close(promise: nil)
            }
        }
    }

    func advance(to now: NIODeadline) {
        media.report(counters.progress)
        perform(relay.advance(to: now))
        for client in clients { client?.advance(to: now) }
    }

    func countTickDelay(_ delay: TimeAmount) {
        counters.tickDelays.add(delay)
    }

    func perform(_ actions: [RelayAction]) {
        for case .close(let id, let reason) in actions { disconnect(id, reason) }
    }

    func activity(of id: ClientID, at now: NIODeadline) -> SessionActivity {
        guard clients.indices.contains(id.slot), let client = clients[id.slot] else { return SessionActivity() }
        return SessionActivity(client.traffic, bytesPerSecond: client.rate.perSecond)
    }

    // MARK: Sending, once for all that one read gave

    func post(_ parcel: Parcel, to loop: Int) {
        if !outboxes.append(parcel, to: loop) { counters.count(.staleRoute) }
    }

    func send(
        to destination: TransportAddress,
        from source: IPAddress? = nil,
        at port: DatagramPort,
        dontFragment: Bool = false,
        _ write: (inout [UInt8]) -> Void
    ) {
        if port.batch == nil {
            port.batch = idleBatches.take() ?? SendBatch()
            unflushed.append(port)
        }
        let lost = port.send(to: destination, from: source, dontFragment: dontFragment, write)
        counters.count(.notSent, times: lost)
    }

    func flush() {
        doDeferredWork()
        for port in unflushed {
            counters.count(.notSent, times: port.flush())
            if let batch = port.batch { idleBatches.put(batch, size: batch.memory) }
            port.batch = nil
        }
        unflushed.removeAll(keepingCapacity: true)
        counters.count(.loopBacklog, times: outboxes.post())
    }
}

@available(*, unavailable)
extension DatagramRelayLoop: Sendable {}
