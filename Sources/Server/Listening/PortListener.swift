// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import STUNCodec
import TURNRelay

/// A listening socket and what its connections become.
struct PortListener {
    let group: any EventLoopGroup
    let budget: ConnectionBudget
    let logger: Logger

    /// TCP_NOTSENT_LOWAT (tcp(7)): the kernel says "writable" only when less than this is unsent. What waits for a slow
    /// reader then waits in our queues, where old media can still be dropped.
    private static let notSentLowWater = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 25))

    func listen(on address: ListenAddress, routes: ConnectionRoutes) async throws(StartupError) -> any Channel {
        do {
            return try await bind(TransportAddress(address.address, port: address.port), routes)
        } catch {
            throw Self.explain(error, address.description)
        }
    }

    /// Port 443 of all addresses: one socket for both families, or for IPv4 alone where there is no IPv6.
    func listenOnDefaultPort(routes: ConnectionRoutes) async throws(StartupError) -> any Channel {
        do {
            return try await bind(TransportAddress(IPAddress(ipv6High: 0, low: 0), port: 443), routes)
        } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
            return try await listen(on: ListenAddress(address: IPAddress(ipv4: 0), port: 443), routes: routes)
        } catch {
            throw Self.explain(error, "port 443")
        }
    }

    private func bind(_ address: TransportAddress, _ routes: ConnectionRoutes) async throws -> any Channel {
        let budget = budget
        let logger = logger
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(Self.notSentLowWater, value: 16 * 1024)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 8 * 1024, high: 32 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.admit(channel, budget, routes, logger)
                }
            }
            .bind(host: "\(address.address)", port: Int(address.port)).get()
    }

    private static func admit(
        _ channel: any Channel,
        _ budget: ConnectionBudget,
        _ routes: ConnectionRoutes,
        _ logger: Logger
    ) throws {
        guard let address = channel.remoteAddress.flatMap(TransportAddress.init)?.address.limitGroup,
            budget.enter(address)
        else {
            throw ChannelError.connectPending
        }
        let classifier = ConnectionClassifier(routes: routes, acceptedAt: .now(), logger: logger) {
            budget.leave(address)
        }
        try channel.pipeline.syncOperations.addHandler(classifier)
    }

    private static func explain(_ error: any Error, _ address: String) -> StartupError {
        switch (error as? IOError)?.errnoCode {
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
