// SPDX-License-Identifier: Apache-2.0

package import DatagramIO
package import Logging
package import NIOCore
import OpenSSLTLS
package import STUNCodec

/// The relay of a whole server: a ``Relay`` for each thread, and the ways for clients to get there.
package final class RelayServer: Sendable {
    struct Loop: Sendable {
        let thread: any RelayThread
        let relay: Confined<any RelayLoop>

        func read<Reading: Sendable>(_ read: @escaping @Sendable (any RelayLoop) -> Reading) async -> Reading {
            await withCheckedContinuation { continuation in
                thread.execute { continuation.resume(returning: read(relay.value)) }
            }
        }
    }

    /// One for each event loop, for the clients that arrive there.
    private let streamThreads: [StreamThread]
    /// On the event loops, beside `streamThreads`.
    private let peers: [PeerSocketsAccess]
    private let watches: [EventLoopWatch]
    /// One for each event loop when the relay is open or has UDP clients; none otherwise.
    private let datagramThreads: [DatagramThread]
    /// Those of `streamThreads`, then those of `datagramThreads`.
    let loops: [Loop]
    private let indices: [ObjectIdentifier: Int]
    private let media = MediaWatch()
    private let realTime: RealTimeBudget
    private let directory: RelayedAddressDirectory
    private let realms: RealmDirectory

    /// - Parameters:
    ///   - eventLoops: all loops that connections may arrive on.
    ///   - servesDatagrams: whether there will be UDP clients.
    ///   - onCongestion: called on the relay's threads; must not block.
    package init(
        configuration: RelayConfiguration,
        realms: RealmDirectory,
        eventLoops: [any EventLoop],
        servesDatagrams: Bool = false,
        onCongestion: @escaping @Sendable (CongestionReport) -> Void = { _ in },
        logger: Logger
    ) throws {
        let parts = RelayParts(configuration, realms)
        let needsThreads = servesDatagrams || configuration.mode.isOpen
        let realTime = RealTimeBudget(cpus: min(eventLoops.count, System.coreCount))
        let streams = try eventLoops.map { _ in try StreamThread(realTime) }
        let datagrams = try eventLoops.prefix(needsThreads ? .max : 0).map { _ in try DatagramThread(realTime) }
        let peers = zip(eventLoops, streams).map { PeerSocketsAccess(eventLoop: $0, relay: $1) }
        let sockets = needsThreads ? RelaySocketOpener(threads: datagrams, streams: peers) : nil
        let media = media
        let streamRelays = try streams.enumerated().map { index, thread in
            Confined(
                StreamRelayLoop(
                    relay: try parts.relay(loop: index, sockets: sockets),
                    poller: thread.poller,
                    peers: peers[index],
                    media: media,
                    logger: logger,
                    onCongestion: onCongestion
                ),
                to: thread
            )
        }
        let datagramRelays = try datagrams.enumerated().map { index, thread in
            Confined(
                DatagramRelayLoop(
                    relay: try parts.relay(loop: eventLoops.count + index, sockets: sockets),
                    poller: thread.poller,
                    media: media,
                    logger: logger
                ),
                to: thread
            )
        }
        loops =
            zip(streams, streamRelays).map { Loop(thread: $0, relay: $1.generalized { $0 }) }
            + zip(datagrams, datagramRelays).map { Loop(thread: $0, relay: $1.generalized { $0 }) }
        streamThreads = streams
        datagramThreads = datagrams
        self.peers = peers
        self.realTime = realTime
        watches = eventLoops.map(EventLoopWatch.init)
        directory = parts.directory
        self.realms = realms
        indices = Dictionary(
            eventLoops.enumerated().map { (ObjectIdentifier($1), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        // Work queued on a loop now runs before any client is attached to it.
        let mailboxes = loops.map { LoopMailbox(recipient: $0.relay, thread: $0.thread) }
        for loop in loops {
            loop.thread.execute { loop.relay.value.join(mailboxes) }
        }
        for (thread, relay) in zip(streams, streamRelays) { try thread.start(relay) }
        for (thread, relay) in zip(datagrams, datagramRelays) { try thread.start(relay) }
    }

    /// A server that nobody stopped has no clients any more. Also where not all threads could be started.
    deinit {
        for thread in streamThreads { thread.stop {} }
        for thread in datagramThreads { thread.stop {} }
    }

    /// Ends connections with peers, then the relay's threads, and with them all clients. Event loops are their owner's, and
    /// may be shut down afterwards.
    package func stop() async {
        for sockets in peers {
            await withCheckedContinuation { continuation in
                sockets.perform { sockets in
                    sockets.close()
                    continuation.resume()
                }
            }
        }
        for watch in watches { watch.stop() }
        for thread in streamThreads { await thread.stop() }
        for thread in datagramThreads { await thread.stop() }
        // What they have left to event loops, where two ends of a connection tell each other.
        for _ in 0..<2 {
            for watch in watches { _ = await watch.delays() }
        }
    }

    // MARK: Clients

    /// Listens for UDP clients, on one socket for each datagram thread: the kernel spreads clients over them.
    ///
    /// - Parameter vantage: for a socket that is one of four for NAT behavior discovery.
    /// - Returns: the address, with the port that the system chose when 0 was asked for.
    package func listenForDatagrams(
        on address: TransportAddress,
        vantage: DiscoveryVantage? = nil
    ) throws(SystemCallError) -> TransportAddress {
        // With a shared port the system would not say that another program has it: ask without, once.
        _ = try DatagramSocket(boundTo: address)
        var options: DatagramSocket.Options = datagramThreads.count > 1 ? .reusePort : []
        if address.address.isUnspecified { options.insert(.localAddress) }
        var bound = address
        for thread in datagramThreads {
            let socket = try DatagramSocket(boundTo: bound, options: options, bufferSize: Self.listenerBufferSize)
            bound = socket.localAddress
            try thread.serve(socket, serial: 0, purpose: .clients, vantage: vantage)
        }
        return bound
    }

    /// For all clients of a listener together; the kernel grants less where its limit is lower.
    private static let listenerBufferSize: Int32 = 4 * 1024 * 1024

    /// Makes a connection a TURN client's, which ends its channel: it has no other bytes to write, and TLS, if any, is open. To be
    /// called on the channel's event loop.
    ///
    /// - Parameters:
    ///   - address: the client's, which need not be the connection's: there may be a proxy between.
    ///   - transport: TLS, or TCP without it.
    ///   - acceptedAt: when the connection was accepted; its time to authenticate runs from there.
    ///   - serverName: that the client connected with (SNI), which may choose its realm.
    ///   - received: what it has sent already, decrypted.
    ///   - onDecided: called once, on any thread, when the client has authenticated or is gone.
    package func attach(
        to channel: any Channel,
        from address: TransportAddress,
        over transport: ClientTransport = .tcp,
        acceptedAt: NIODeadline,
        serverName: String? = nil,
        received: ByteBuffer = ByteBuffer(),
        onDecided: @escaping @Sendable () -> Void = {}
    ) throws {
        guard let index = indices[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
        try channel.syncOptions?.setOption(NotSentLowWater.option, value: NotSentLowWater.forMedia)
        let pipeline = channel.pipeline.syncOperations
        let descriptor = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        guard let descriptor else { throw ChannelError.operationUnsupported }
        let socket = try ClientSocket(duplicating: descriptor)
        let records = try transport == .tls ? pipeline.handler(type: TLSServerHandler.self).release() : nil
        guard records != nil || transport != .tls else { throw ChannelError.operationUnsupported }
        let arrival = ClientArrival(
            socket: socket,
            records: records,
            address: address,
            transport: transport,
            acceptedAt: acceptedAt,
            serverName: serverName,
            received: received,
            onDecided: onDecided
        )
        channel.close(promise: nil)
        if !streamThreads[index].execute({ $0.connect(arrival) }) { onDecided() }
    }

    /// Whether anything was relayed before the last look at deadlines, four times a second: media may have to wait for what computes
    /// long.
    package var isCarryingMedia: Bool { media.isMediaCarried }

    /// Makes no new allocation from now on, or makes them again.
    package func setDraining(_ isDraining: Bool) {
        for loop in loops {
            loop.thread.execute { loop.relay.value.relay.isDraining = isDraining }
        }
    }

    /// Takes over what may change while clients are served: limits, alternate servers and, of realms that there are, who
    /// may use them, which peers they reach, and their limits. Realms that none of `realms` is are left as they were.
    package func update(_ configuration: RelayConfiguration, realms changed: [RealmConfiguration], limits: ServerLimits)
    {
        realms.update(changed, limits: limits)
        let limitsBandwidth = RealmDirectory.limitsBandwidth(changed, limits)
        for loop in loops {
            loop.thread.execute { loop.relay.value.relay.update(configuration, limitsBandwidth: limitsBandwidth) }
        }
    }

    /// Allocations at this moment, over all threads.
    package var allocationCount: Int { directory.count }

    /// Returns when every event loop and every thread has done what it was given before: one that hangs never does.
    package func proveAlive() async {
        for loop in loops { await loop.read { _ in () } }
        for watch in watches { _ = await watch.delays() }
    }

    /// The sum over all threads.
    package func counters() async -> RelayCounters {
        var sum = RelayCounters()
        for loop in loops {
            sum.add(await loop.read { $0.counters })
        }
        return sum
    }

    /// All numbers. Not to be asked for once ``stop()`` has been called.
    package func snapshot() async -> RelaySnapshot {
        var snapshot = RelaySnapshot()
        for (index, loop) in loops.enumerated() {
            let (counters, core, census) = await loop.read { ($0.counters, $0.relay.counters, $0.relay.census) }
            snapshot.counters.add(counters)
            snapshot.core.add(core)
            snapshot.census.add(census)
            if index < streamThreads.count {
                snapshot.streamThreadDelays.add(counters.tickDelays)
            } else {
                snapshot.datagramThreadDelays.add(counters.tickDelays)
            }
        }
        for watch in watches { snapshot.eventLoopDelays.add(await watch.delays()) }
        for realm in realms.all { snapshot.allocationsByRealm[realm.name, default: 0] += realm.quota.totalInUse }
        snapshot.relayedAddresses = directory.count
        snapshot.realTimeThreads = realTime.threadCount
        return snapshot
    }
}
