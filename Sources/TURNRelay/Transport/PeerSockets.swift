// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import STUNCodec

/// The TCP sockets behind the relayed transport addresses of one event loop's allocations: those that listen for peers,
/// and the connections with peers.
final class PeerSockets {
    private struct Connection {
        let allocation: AllocationHandle
        let end: DataConnectionEnd
    }

    private let eventLoop: any EventLoop
    /// Set before there is a socket.
    weak var loop: StreamRelayLoop?
    /// By the serial number of the socket.
    private var listeners: [UInt64: EventLoopFuture<any Channel>] = [:]
    private var connections: [ConnectionID: Connection] = [:]
    private var isClosed = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    // MARK: Connections from peers

    /// - Parameter descriptor: of a socket that listens.
    func listen(_ descriptor: CInt, serial: UInt64, for allocation: AllocationHandle) {
        let sockets = NIOLoopBound(self, eventLoop: eventLoop)
        listeners[serial] = ServerBootstrap(group: eventLoop)
            // Without descriptors to accept with, the listener would be readable all the time.
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    try listener.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try sockets.value.accept(channel, for: allocation) }
            }
            .withBoundSocket(descriptor)
    }

    func closeListener(_ serial: UInt64) {
        listeners.removeValue(forKey: serial)?.whenSuccess { $0.close(promise: nil) }
    }

    private func accept(_ channel: any Channel, for allocation: AllocationHandle) throws {
        guard let loop, let peer = channel.remoteAddress.flatMap(TransportAddress.init) else {
            throw ChannelError.operationUnsupported
        }
        let now = NIODeadline.now()
        switch loop.relay.accept(from: peer, for: allocation, at: now) {
        case .admitted(let id):
            defer { loop.flush(at: now) }
            do {
                try add(channel, id, of: allocation)
            } catch {
                loop.relay.connectionEnded(id, of: allocation)
                throw error
            }
        case .refused(let reason):
            loop.count(reason)
            throw ChannelError.connectPending
        }
    }

    // MARK: Connections to peers

    func connect(_ dial: PeerDial) {
        let sockets = NIOLoopBound(self, eventLoop: eventLoop)
        let outcome: EventLoopFuture<any Channel>
        do {
            guard !isClosed else { throw ChannelError.ioOnClosedChannel }
            outcome = ClientBootstrap(group: eventLoop)
                // The relay's own is shorter.
                .connectTimeout(.minutes(2))
                .channelOption(.socketOption(.so_reuseaddr), value: 1)
                .channelOption(PeerListener.reusePort, value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try sockets.value.add(channel, dial.connection, of: dial.allocation)
                    }
                }
                .bind(to: try SocketAddress(dial.source))
                .connect(to: try SocketAddress(dial.peer))
        } catch {
            outcome = eventLoop.makeFailedFuture(error)
        }
        outcome.assumeIsolated().whenComplete { result in
            let isConnected = (try? result.get()) != nil
            if !isConnected { self.connections[dial.connection] = nil }
            self.settle(dial, isConnected: isConnected)
        }
    }

    private func settle(_ dial: PeerDial, isConnected: Bool) {
        let now = NIODeadline.now()
        loop?.relay.settle(dial.connection, of: dial.allocation, isConnected: isConnected, at: now)
        loop?.flush(at: now)
    }

    // MARK: Both

    private func add(_ channel: any Channel, _ id: ConnectionID, of allocation: AllocationHandle) throws {
        try DataConnectionEnd.prepare(channel)
        try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
        let handler = DataConnectionHandler(
            eventLoop: eventLoop,
            onRead: { [weak self] in self?.loop?.countStreamed(fromPeer: $0) },
            onEnd: { [weak self] in self?.ended(id) }
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        connections[id] = Connection(allocation: allocation, end: DataConnectionEnd(channel, handler))
    }

    private func ended(_ id: ConnectionID) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        loop?.relay.connectionEnded(id, of: connection.allocation)
    }

    /// Relays between a peer and a client, which may be on another event loop. A client whose peer has gone is closed.
    func bind(_ id: ConnectionID, to client: DataConnectionEnd) {
        guard let loop, let connection = connections[id] else { return client.channel.close(promise: nil) }
        let terms = DataConnectionTerms(
            meter: loop.relay.meter(of: connection.allocation),
            halfClosedTimeout: loop.configuration.halfClosedTimeout
        )
        let peer = connection.end
        peer.perform { $0.join(client, terms) }
        client.perform { $0.join(peer, terms) }
    }

    func disconnect(_ id: ConnectionID) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        connection.end.perform { $0.abort() }
    }

    /// Closes everything, for good.
    func close() {
        isClosed = true
        for serial in listeners.keys { closeListener(serial) }
        for id in connections.keys { disconnect(id) }
    }
}

@available(*, unavailable)
extension PeerSockets: Sendable {}
