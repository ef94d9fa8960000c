// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Logging
import NIOCore
import NIOPosix
import STUNCodec
import TURNRelay

/// Listening sockets and what their connections become.
struct PortListener {
    let group: any EventLoopGroup
    /// Connections from these begin with a PROXY header.
    let proxies: [IPNetwork]
    let logger: Logger
    /// Of connections that are not decided, by their clients' addresses.
    private let budget = ConnectionBudget()
    /// Of connections whose PROXY header has not arrived: one proxy has as many as all its clients.
    private let headerBudget = ConnectionBudget(perAddress: .max)

    init(group: any EventLoopGroup, proxies: [IPNetwork], logger: Logger) {
        self.group = group
        self.proxies = proxies
        self.logger = logger
    }

    /// - Parameter descriptor: of a socket that listens there already.
    func listen(
        on address: ListenAddress,
        inherited descriptor: CInt? = nil,
        routes: ConnectionRoutes
    ) async throws(StartupError) -> any Channel {
        do {
            guard let descriptor else { return try await bind(address.address, routes) }
            return try await bootstrap(routes).withBoundSocket(descriptor).get()
        } catch {
            throw .cannotListen(on: "\(address)", error)
        }
    }

    /// Port 443 of all addresses: one socket for both families, or for IPv4 alone where there is no IPv6.
    func listenOnDefaultPort(routes: ConnectionRoutes) async throws(StartupError) -> any Channel {
        do {
            return try await bind(ListenAddress.everywhere.address, routes)
        } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
            return try await listen(on: ListenAddress(TransportAddress(IPAddress(ipv4: 0), port: 443)), routes: routes)
        } catch {
            throw .cannotListen(on: "port 443", error)
        }
    }

    private func bind(_ address: TransportAddress, _ routes: ConnectionRoutes) async throws -> any Channel {
        try await bootstrap(routes).bind(host: "\(address.address)", port: Int(address.port)).get()
    }

    private func bootstrap(_ routes: ConnectionRoutes) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Without descriptors to accept with, the listener would be readable all the time.
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    try listener.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try admit(channel, routes) }
            }
    }

    // MARK: Connections

    private func admit(_ channel: any Channel, _ routes: ConnectionRoutes) throws {
        guard let address = channel.remoteAddress.flatMap(TransportAddress.init) else {
            throw ChannelError.operationUnsupported
        }
        let connection = ClientConnection(channel: channel, address: address, acceptedAt: .now())
        if proxies.contains(where: { $0.contains(address.address) }) {
            try awaitHeader(of: connection, routes)
        } else {
            try classify(connection, routes)
        }
    }

    /// The client is known when the proxy has told it.
    private func awaitHeader(of connection: ClientConnection, _ routes: ConnectionRoutes) throws {
        let proxy = connection.address.address
        guard headerBudget.enter(proxy) else { throw refusal(.proxyHeader, routes) }
        let handler = ProxyHeaderHandler(
            connection: connection,
            logger: logger,
            onHeader: { try classify($0, routes) },
            onEnd: { headerBudget.leave(proxy) }
        )
        try connection.channel.pipeline.syncOperations.addHandler(handler)
    }

    private func classify(_ client: ClientConnection, _ routes: ConnectionRoutes) throws {
        let address = client.address.address.limitGroup
        guard budget.enter(address) else { throw refusal(.undecided, routes) }
        routes.counters.changeUndecided(by: 1)
        let classifier = ConnectionClassifier(routes: routes, client: client, logger: logger) {
            budget.leave(address)
            routes.counters.changeUndecided(by: -1)
        }
        try client.channel.pipeline.syncOperations.addHandler(classifier)
    }

    private func refusal(_ limit: EdgeCounters.Limit, _ routes: ConnectionRoutes) -> ChannelError {
        routes.counters.countRefusal(limit)
        return .connectPending
    }
}

extension StartupError {
    /// Why a socket could not be bound, by the system's error.
    static func cannotListen(on address: String, _ error: any Error) -> StartupError {
        switch (error as? IOError)?.errnoCode ?? (error as? SystemCallError)?.errno {
        case EADDRINUSE:
            .unavailable("\(address) is taken: another program listens there")
        case EACCES:
            .unavailable("\(address) may not be bound by this user (ports below 1024 need CAP_NET_BIND_SERVICE)")
        case EADDRNOTAVAIL:
            .unavailable("\(address) is not an address of this machine")
        default:
            .unavailable("cannot listen on \(address): \(error)")
        }
    }
}
