// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import OpenSSLTLS
import STUNCodec

/// The TCP sockets behind the relayed transport addresses of one relay's allocations: those that listen for peers, the
/// connections with peers, and those that its clients have left to peers.
///
/// They are on an event loop, and the relay is on a thread of its own: each asks the other by giving it work to do.
final class PeerSockets {
    private struct Connection {
        let allocation: AllocationHandle
        let end: DataConnectionEnd
    }

    private let eventLoop: any EventLoop
    private let relay: StreamThread
    private let streamed: StreamedBytes
    /// By the serial number of the socket.
    private var listeners: [UInt64: EventLoopFuture<any Channel>] = [:]
    private var connections: [ConnectionID: Connection] = [:]
    private var isClosed = false

    init(eventLoop: any EventLoop, relay: StreamThread, streamed: StreamedBytes) {
        self.eventLoop = eventLoop
        self.relay = relay
        self.streamed = streamed
    }

    // MARK: Connections from peers

    /// - Parameter descriptor: of a socket that listens.
    func listen(_ descriptor: CInt, serial: UInt64, for allocation: AllocationHandle) {
        guard !isClosed else { return PeerListener.close(descriptor) }
        let sockets = NIOLoopBound(self, eventLoop: eventLoop)
        listeners[serial] = ServerBootstrap(group: eventLoop)
            // Without descriptors to accept with, the listener would be readable all the time.
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    try listener.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelInitializer { channel in
                sockets.value.accept(channel, for: allocation)
            }
            .withBoundSocket(descriptor)
    }

    func closeListener(_ serial: UInt64) {
        listeners.removeValue(forKey: serial)?.whenSuccess { $0.close(promise: nil) }
    }

    /// The relay decides, and tells the client when the connection is on its way to `admit`. What the client has done with it then
    /// comes behind: an event loop keeps to the order.
    private func accept(_ channel: any Channel, for allocation: AllocationHandle) -> EventLoopFuture<Void> {
        guard !isClosed, let peer = channel.remoteAddress.flatMap(TransportAddress.init) else {
            return eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let admission = eventLoop.makePromise(of: Void.self)
        let sockets = NIOLoopBound(self, eventLoop: eventLoop)
        let isAsked = relay.execute { [eventLoop] loop in
            switch loop.relay.accept(from: peer, for: allocation, at: .now()) {
            case .admitted(let id):
                eventLoop.execute {
                    admission.completeWith(Result { try sockets.value.admit(channel, id, of: allocation) })
                }
            case .refused(let reason):
                loop.count(reason)
                admission.fail(ChannelError.connectPending)
            }
        }
        if !isAsked { admission.fail(ChannelError.ioOnClosedChannel) }
        return admission.futureResult
    }

    private func admit(_ channel: any Channel, _ id: ConnectionID, of allocation: AllocationHandle) throws {
        do {
            guard !isClosed else { throw ChannelError.ioOnClosedChannel }
            try add(channel, id, of: allocation)
        } catch {
            tellEnd(of: id, of: allocation)
            throw error
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
        relay.execute { loop in
            loop.relay.settle(dial.connection, of: dial.allocation, isConnected: isConnected, at: .now())
        }
    }

    // MARK: Both

    private func add(_ channel: any Channel, _ id: ConnectionID, of allocation: AllocationHandle) throws {
        try DataConnectionEnd.prepare(channel)
        try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
        let handler = DataConnectionHandler(
            eventLoop: eventLoop,
            onRead: { [streamed] in streamed.count(fromPeer: $0) },
            onEnd: { [weak self] in self?.ended(id) }
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        connections[id] = Connection(allocation: allocation, end: DataConnectionEnd(channel, handler))
    }

    private func ended(_ id: ConnectionID) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        tellEnd(of: id, of: connection.allocation)
    }

    private func tellEnd(of id: ConnectionID, of allocation: AllocationHandle) {
        relay.execute { $0.relay.connectionEnded(id, of: allocation) }
    }

    /// Relays between a peer and a client, which may be on another event loop. Where one has gone the other is closed.
    ///
    /// - Parameter client: nil when it has gone.
    func bind(_ id: ConnectionID, to client: DataConnectionEnd?) {
        guard let connection = connections[id] else {
            client?.channel.close(promise: nil)
            return
        }
        let peer = connection.end
        guard let client else { return peer.perform { $0.abort() } }
        relay.execute { loop in
            let terms = loop.terms(of: connection.allocation)
            peer.perform { $0.join(client, terms) }
            client.perform { $0.join(peer, terms) }
        }
    }

    // MARK: Connections of clients

    /// Gives a client's connection a channel.
    ///
    /// - Parameter opened: called with the channel's end; with nil when that failed, or the connection has ended.
    func open(_ departure: ClientDeparture, _ opened: @escaping @Sendable (DataConnectionEnd?) -> Void) {
        let eventLoop = eventLoop
        let handler = DataConnectionHandler(
            eventLoop: eventLoop,
            received: departure.received,
            onRead: { [streamed] in streamed.count(toPeer: $0) }
        )
        let end = NIOLoopBound(handler, eventLoop: eventLoop)
        let outcome: EventLoopFuture<any Channel>
        do {
            guard !isClosed else { throw ChannelError.ioOnClosedChannel }
            outcome = ClientBootstrap(group: eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try DataConnectionEnd.prepare(channel)
                        let pipeline = channel.pipeline.syncOperations
                        if let records = departure.records { try pipeline.addHandler(TLSServerHandler(records)) }
                        try pipeline.addHandler(end.value)
                    }
                }
                .withConnectedSocket(try departure.socket.duplicate())
        } catch {
            return opened(nil)
        }
        outcome.assumeIsolated().whenComplete { result in
            guard let channel = try? result.get() else { return opened(nil) }
            Self.write(departure, to: channel)
            if departure.hasEnded { end.value.receivedAll() }
            opened(DataConnectionEnd(channel, end.value))
        }
    }

    /// What is on its way is encrypted already.
    private static func write(_ departure: ClientDeparture, to channel: any Channel) {
        guard departure.unsent.readableBytes > 0 else { return }
        if let tls = try? channel.pipeline.syncOperations.context(handlerType: TLSServerHandler.self) {
            tls.writeAndFlush(NIOAny(departure.unsent), promise: nil)
        } else {
            channel.writeAndFlush(departure.unsent, promise: nil)
        }
    }

    // MARK: Ends

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
