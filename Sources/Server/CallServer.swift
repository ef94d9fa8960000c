// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import OpenSSLCrypto
import OpenSSLTLS
import SignalHub
import TURNCredentials
import TURNRelay

/// The whole server: relay, signaling and web on the listeners that were configured.
struct CallServer: Sendable {
    let configuration: ServerConfiguration
    /// What `configuration` was read from, and can be again.
    let source: ConfigurationSource
    let fingerprint: ConfigurationFingerprint
    let identities: Identities
    /// Sockets that listen already.
    let inherited: InheritedSockets
    let notifier: ServiceNotifier
    /// Nil where nobody watches.
    let watchdog: Watchdog?
    let webRoot: String
    let logger: Logger
    let log: LogOutput
    /// Called once everything listens, with the URL of the app.
    let onReady: @Sendable (String) -> Void

    /// Runs until SIGTERM or SIGINT.
    func run() async throws {
        let loaded = try identities.load()
        let store = TLSIdentityStore(loaded, servesUnknownNames: configuration.edge.servesUnknownNames)
        let name = try configuration.hostNames(certificateNames: loaded.flatMap(\.summary.dnsNames))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        do {
            try await run(on: group, store: store, names: name)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func run(on group: MultiThreadedEventLoopGroup, store: TLSIdentityStore, names: HostNames) async throws {
        let renewals = RenewalCounters()
        let certificates = try certificateAgent(on: group, store, renewals)
        let realms = try ServedRealms(configuration, turnHost: names.turn, logger: logger)
        let url = configuration.port(for: .turn).map { ICEServers.url(host: names.turn, port: $0) }
        if url == nil { logger.warning("no listener serves TURN: calls will not connect") }
        let iceServers = SharedICEServers(configuration, url: url)
        let signaling = signalServer(on: group, iceServers)
        let relay = try relayServer(on: group, realms.directory, signaling)
        // Not before: threads have the priority of those that make them.
        for loop in group.makeIterator() { loop.execute(MediaFirst.yieldToRelay) }
        let counters = EdgeCounters()
        let metrics = MetricsSource(
            relay: relay,
            signaling: signaling,
            edge: counters,
            identities: store,
            renewals: renewals
        )
        let administration = Administration(
            metrics: metrics,
            log: log,
            realm: realms.directory.defaultRealm.name,
            logger: logger
        )
        let edge = httpEdge(metrics, AdminAPI(administration: administration))
        let handshakes = try await HandshakeThreads.start(count: configuration.eventLoops, eventLoop: group.next())
        let attachments = Attachments(
            relay: relay,
            edge: edge,
            identities: store,
            handshakes: handshakes,
            counters: counters
        )
        var listeners = try await listen(on: group, attachments)
        listeners += try await listenForRedirects(on: group, attachments)
        let sockets = try await listenLocally(on: group, edge)
        listeners += sockets.map(\.listener)
        logRelay()
        realms.log()
        let parts = Parts(
            relay: relay,
            signaling: signaling,
            edge: edge,
            counters: counters,
            realms: realms,
            store: store,
            certificates: certificates,
            administration: administration,
            listeners: listeners,
            sockets: sockets.map(\.socket)
        )
        let reloader = reloader(store, realms, relay, signaling, iceServers)
        await live(parts, reloader, at: configuration.readyURL(names))
        await logCounters(of: relay)
        await relay.stop()
        try await handshakes.shutdownGracefully()
    }

    // MARK: Parts

    private func relayServer(
        on group: MultiThreadedEventLoopGroup,
        _ realms: RealmDirectory,
        _ signaling: SignalServer
    ) throws -> RelayServer {
        let bridge = CongestionBridge(realm: realms.defaultRealm.name) { signaling.noteCongestion($0) }
        return try RelayServer(
            configuration: RelayConfiguration(configuration.relay),
            realms: realms,
            eventLoops: Array(group.makeIterator()),
            servesDatagrams: configuration.listen.contains { $0.transport == .udp },
            onCongestion: { bridge.pass($0) },
            logger: logger
        )
    }

    private func signalServer(on group: MultiThreadedEventLoopGroup, _ iceServers: SharedICEServers) -> SignalServer {
        var limits = configuration.signaling
        limits.joinsPerSecondPerAddress = configuration.edge.joinsPerSecondPerAddress
        return SignalServer(
            eventLoop: group.next(),
            limits: limits,
            iceServers: { iceServers.offer(peerID: $0, room: $1) },
            logger: logger
        )
    }

    private func httpEdge(_ metrics: MetricsSource, _ admin: AdminAPI) -> HTTPEdge {
        let origins = OriginPolicy(allowed: configuration.allowedOrigins)
        return HTTPEdge(
            responder: Routes.responder(
                webRoot: webRoot,
                isDevelopment: configuration.isDevelopment,
                origins: origins,
                metrics: configuration.metrics.token.map { MetricsRoute(source: metrics, token: $0) },
                admin: configuration.admin.token.map { AdminAccess(api: admin, token: $0) },
                logger: logger
            ),
            webRoot: webRoot,
            signaling: metrics.signaling,
            origins: origins,
            port: configuration.port(for: .web),
            metrics: metrics,
            admin: admin,
            counters: metrics.edge,
            logger: logger
        )
    }

    private func reloader(
        _ store: TLSIdentityStore,
        _ realms: ServedRealms,
        _ relay: RelayServer,
        _ signaling: SignalServer,
        _ iceServers: SharedICEServers
    ) -> ConfigurationReloader {
        ConfigurationReloader(
            source,
            running: fingerprint,
            identities: identities,
            parts: .init(
                identities: store,
                realms: realms,
                relay: relay,
                signaling: signaling,
                iceServers: iceServers,
                log: log
            ),
            logger: logger
        )
    }

    private func logCounters(of relay: RelayServer) async {
        let counters = await relay.counters()
        let drops = counters.drops.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        logger.info(
            "relayed",
            metadata: [
                "connections": "\(counters.clients.sum)", "packets": "\(counters.queued.packets)",
                "bytes": "\(counters.queued.bytes)", "drops": "\(drops.isEmpty ? "none" : drops)",
            ]
        )
    }
}
