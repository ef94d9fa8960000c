// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import OpenSSLTLS
import ServiceLifecycle
import SignalHub
import TURNRelay
import UnixSignals

/// From the moment that the server listens to its end.
extension CallServer {
    /// What lives that long.
    struct Parts: Sendable {
        let relay: RelayServer
        let signaling: SignalServer
        let edge: HTTPEdge
        let counters: EdgeCounters
        let realms: ServedRealms
        let store: TLSIdentityStore
        /// Nil where certificates come from files.
        let certificates: CertificateAgent?
        let administration: Administration
        let listeners: [any Channel]
        /// For metrics and for administration.
        let sockets: [LocalSocket]
    }

    /// Serves until SIGTERM or SIGINT, and then lets go of who is there.
    func live(_ parts: Parts, _ reloader: ConfigurationReloader, at url: String) async {
        // Whoever is told that the server is ready may send it.
        let reloads = await TrappedSignal(.sighup)
        let watch = Task { await watchdog?.run(notifier) { await parts.relay.proveAlive() } }
        let web = Task { await parts.edge.run() }
        let ready = ServiceNotifier.State.ready(status: "Serving \(url)")
        onReady(url)
        notifier.send(ready)
        await serve(parts) {
            await reloads.forEach {
                notifier.sendReloading()
                await reloader.reload()
                parts.certificates?.hurry()
                notifier.send(ready)
            }
        }
        await stop(parts)
        watch.cancel()
        web.cancel()
        // Who asks the relay must have heard before that ends.
        await watch.value
        await web.value
    }

    private func serve(_ parts: Parts, reloading: @escaping @Sendable () async -> Void) async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await parts.realms.follow() }
            tasks.addTask { await identities.follow(into: parts.store, logger: logger) }
            if let certificates = parts.certificates { tasks.addTask { await certificates.run() } }
            tasks.addTask { await log.tellSuppressed() }
            tasks.addTask { await reloading() }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
    }

    private func stop(_ parts: Parts) async {
        // From here on a second signal counts.
        let impatience = await TrappedSignal(.sigterm, .sigint)
        notifier.send(.stopping(status: "Stopping: calls go on for \(configuration.drainSeconds) s at most"))
        await close(parts)
        parts.edge.stopHTTP2()
        for socket in parts.sockets { socket.remove() }
        parts.administration.stop()
        await parts.relay.proveAlive()
        logger.notice("stopping", metadata: ["drain-seconds": .stringConvertible(configuration.drainSeconds)])
        await drain(parts, until: impatience)
    }

    /// A listener takes with it what it has accepted and not yet handed over to another loop, and back: it accepts nothing
    /// any more before it is closed. Whoever comes then waits in the socket, if that outlives the server.
    private func close(_ parts: Parts) async {
        for listener in parts.listeners { try? await listener.setOption(.autoRead, value: false).get() }
        for _ in 0..<3 { await parts.relay.proveAlive() }
        for listener in parts.listeners { try? await listener.close() }
    }

    /// Media goes on for a while. Members of rooms are told first: their pages come back at once, to the server that listens
    /// here by then, and take their allocations away with them.
    private func drain(_ parts: Parts, until impatience: TrappedSignal) async {
        await withDiscardingTaskGroup { tasks in
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            tasks.addTask {
                await parts.signaling.stop()
                await waitUntilUnused(parts.relay, parts.counters)
                end.yield()
            }
            tasks.addTask {
                try? await Task.sleep(for: .seconds(configuration.drainSeconds))
                end.yield()
            }
            tasks.addTask { await impatience.forEach { end.yield() } }
            for await _ in ends { break }
            tasks.cancelAll()
        }
    }

    /// Returns when there is no allocation. Who connected in the last moment has 5 seconds to say what for; after that an
    /// answer of the web may take a second. Idle connections of browsers count, too: nothing tells them apart.
    private func waitUntilUnused(_ relay: RelayServer, _ counters: EdgeCounters) async {
        let clock = ContinuousClock()
        let decided = clock.now + .seconds(5)
        var answered = clock.now + .seconds(1)
        while !Task.isCancelled {
            let counts = counters.counts
            let isDeciding = counts.undecided > 0 && clock.now < decided
            if isDeciding { answered = clock.now + .seconds(1) }
            guard relay.allocationCount > 0 || isDeciding || counts.http > 0 && clock.now < answered else { return }
            try? await clock.sleep(for: .milliseconds(50))
        }
    }
}
