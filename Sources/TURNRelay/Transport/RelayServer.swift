// SPDX-License-Identifier: Apache-2.0

package import DatagramIO
package import Logging
package import NIOCore
package import STUNCodec

/// The relay of a whole server: a ``Relay`` for each event loop and each datagram thread, and the ways for clients to
/// get there.
package final class RelayServer: Sendable {
    private struct StreamLoop: Sendable {
        let eventLoop: any EventLoop
        let relay: Confined<StreamRelayLoop>
    }

    struct Loop: Sendable {
        let thread: any RelayThread
        let relay: Confined<any RelayLoop>

        func read<Reading: Sendable>(_ read: @escaping @Sendable (any RelayLoop) -> Reading) async -> Reading {
            await withCheckedContinuation { continuation in
                thread.execute { continuation.resume(returning: read(relay.value)) }
            }
        }
    }

    /// How often deadlines are looked at.
    private static let interval = TimeAmount.milliseconds(250)

    private let streamLoops: [StreamLoop]
    private let streams: [RelaySocketOpener.StreamSockets]
    /// One for each event loop when the relay is open or has UDP clients; none otherwise.
    private let datagramThreads: [DatagramThread]
    /// Those of `streamLoops`, then those of `datagramThreads`.
    let loops: [Loop]
    private let indices: [ObjectIdentifier: Int]
    /// Of `streamLoops`.
    private let ticks: [RepeatedTask]
    private let media = MediaWatch()
    private let directory: RelayedAddressDirectory
    private let realms: RealmDirectory

    /// - Parameters:
    ///   - eventLoops: all loops that connections may arrive on.
    ///   - servesDatagrams: whether there will be UDP clients.
    ///   - onCongestion: called on event loops; must not block.
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
        let threads = try eventLoops.prefix(needsThreads ? .max : 0).map { _ in try DatagramThread() }
        let streams = eventLoops.map { eventLoop in
            let peers = Confined(PeerSockets(eventLoop: eventLoop), to: EventLoopThread(eventLoop))
            return RelaySocketOpener.StreamSockets(eventLoop: eventLoop, sockets: peers)
        }
        let sockets = needsThreads ? RelaySocketOpener(threads: threads, streams: streams) : nil
        var loops: [Loop] = []
        var streamLoops: [StreamLoop] = []
        for (index, eventLoop) in eventLoops.enumerated() {
            let thread = EventLoopThread(eventLoop)
            let relay = Confined(
                StreamRelayLoop(
                    relay: try parts.relay(loop: index, sockets: sockets),
                    peers: streams[index].sockets,
                    media: media,
                    logger: logger,
                    onCongestion: onCongestion
                ),
                to: thread
            )
            streamLoops.append(StreamLoop(eventLoop: eventLoop, relay: relay))
            loops.append(Loop(thread: thread, relay: relay.generalized { $0 }))
        }
        for (index, thread) in threads.enumerated() {
            let relay = Confined(
                DatagramRelayLoop(
                    relay: try parts.relay(loop: eventLoops.count + index, sockets: sockets),
                    poller: thread.poller,
                    media: media,
                    logger: logger
                ),
                to: thread
            )
            loops.append(Loop(thread: thread, relay: relay.generalized { $0 }))
            try thread.start(relay)
        }
        self.streamLoops = streamLoops
        self.streams = streams
        self.loops = loops
        datagramThreads = threads
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
        ticks = streamLoops.map { loop in
            loop.eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
                loop.relay.value.tick(every: Self.interval)
            }
        }
    }

    /// Ends connections with peers, then the threads for datagrams, and with them all UDP clients and sockets. Event
    /// loops are their owner's, and may be shut down afterwards.
    package func stop() async {
        for stream in streams {
            await withCheckedContinuation { continuation in
                stream.perform { sockets in
                    sockets.close()
                    continuation.resume()
                }
            }
        }
        // Two ends of a connection may be on two loops, and tell each other.
        for _ in 0..<2 { _ = await counters() }
        for thread in datagramThreads { thread.stop() }
        for tick in ticks { tick.cancel() }
        for loop in streamLoops {
            loop.eventLoop.execute { loop.relay.value.join([]) }
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

    /// Makes a connection a TURN client's. To be called on the channel's event loop, where plain bytes arrive from and
    /// leave through the end of the pipeline.
    ///
    /// - Parameters:
    ///   - address: the client's, which need not be the connection's: there may be a proxy between.
    ///   - transport: TLS, or TCP without it.
    ///   - acceptedAt: when the connection was accepted; its time to authenticate runs from there.
    ///   - serverName: that the client connected with (SNI), which may choose its realm.
    ///   - onDecided: called once, when the client has authenticated or is gone.
    package func attach(
        to channel: any Channel,
        from address: TransportAddress,
        over transport: ClientTransport = .tcp,
        acceptedAt: NIODeadline,
        serverName: String? = nil,
        onDecided: @escaping () -> Void = {}
    ) throws {
        guard let index = indices[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
        let handler = ClientStreamHandler(
            loop: streamLoops[index].relay.value,
            address: address,
            transport: transport,
            acceptedAt: acceptedAt,
            serverName: serverName,
            onDecided: onDecided
        )
        try channel.syncOptions?.setOption(NotSentLowWater.option, value: NotSentLowWater.forMedia)
        // Writable means that the socket has taken everything, but for a byte at most.
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
        try DirectWriteHandler.add(to: channel)
        try channel.pipeline.syncOperations.addHandler(handler)
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

    /// Allocations at this moment, over all event loops.
    package var allocationCount: Int { directory.count }

    /// Returns when every event loop and every datagram thread has done what it was given before: one that hangs never does.
    package func proveAlive() async {
        for loop in loops { await loop.read { _ in () } }
    }

    /// The sum over all event loops.
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
            if index < streamLoops.count {
                snapshot.eventLoopDelays.add(counters.tickDelays)
            } else {
                snapshot.datagramThreadDelays.add(counters.tickDelays)
            }
        }
        for realm in realms.all { snapshot.allocationsByRealm[realm.name, default: 0] += realm.quota.totalInUse }
        snapshot.relayedAddresses = directory.count
        return snapshot
    }
}
