// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Logging
import NIOCore
import NIOPosix
import OpenSSLTLS
import STUNCodec
import TURNRelay

extension CallServer {
    /// What connections are attached to.
    struct Attachments: Sendable {
        let relay: RelayServer
        let edge: HTTPEdge
        let identities: TLSIdentityStore
        /// Where TLS handshakes compute while media would wait for them.
        let handshakes: HandshakeThreads
        let counters: EdgeCounters
    }

    /// Opens all listeners that were configured.
    ///
    /// - Returns: those of connections, to be closed when the server stops. UDP ends with the relay.
    func listen(on group: any EventLoopGroup, _ attachments: Attachments) async throws -> [any Channel] {
        let listener = PortListener(group: group, proxies: configuration.proxies, logger: logger)
        guard !configuration.listen.isEmpty else {
            let channel = try await listener.listenOnDefaultPort(routes: routes(.everywhere, attachments))
            log(.everywhere, at: channel.localAddress.flatMap(TransportAddress.init))
            return [channel]
        }
        var channels: [any Channel] = []
        let sockets = try inherited.assigned(to: configuration.listen)
        for (address, socket) in zip(configuration.listen, sockets) {
            if address.transport == .udp {
                try listenForDatagrams(on: address, attachments.relay)
            } else {
                let channel = try await listener.listen(
                    on: address,
                    inherited: socket?.descriptor,
                    routes: routes(address, attachments)
                )
                log(address, at: channel.localAddress.flatMap(TransportAddress.init))
                channels.append(channel)
            }
        }
        for address in discoveryListeners { try listenForDatagrams(on: address, attachments.relay) }
        return channels
    }

    /// Opens the ports that send HTTP to https.
    func listenForRedirects(on group: any EventLoopGroup, _ attachments: Attachments) async throws -> [any Channel] {
        let listener = PortListener(group: group, proxies: configuration.proxies, logger: logger)
        var channels: [any Channel] = []
        for address in configuration.edge.redirects {
            let place = ListenAddress(address, roles: .web)
            let channel = try await listener.listen(on: place, routes: redirectRoutes(attachments))
            let bound = channel.localAddress.flatMap(TransportAddress.init) ?? address
            logger.notice("listening", metadata: ["address": "\(bound)", "serves": "redirect to https"])
            channels.append(channel)
        }
        return channels
    }

    /// Opens the Unix sockets that were configured.
    func listenLocally(
        on group: any EventLoopGroup,
        _ edge: HTTPEdge
    ) async throws -> [(socket: LocalSocket, listener: any Channel)] {
        let places: [(path: String?, attach: @Sendable (any Channel) throws -> Void)] = [
            (configuration.metrics.socket, { try edge.attachMetrics(to: $0) }),
            (configuration.admin.socket, { try edge.attachAdmin(to: $0) }),
        ]
        var opened: [(LocalSocket, any Channel)] = []
        for case (let path?, let attach) in places {
            let socket = LocalSocket(path: path)
            opened.append((socket, try await socket.listen(on: group, attach: attach)))
        }
        return opened
    }

    private func listenForDatagrams(on address: ListenAddress, _ relay: RelayServer) throws(StartupError) {
        let vantage = configuration.discoveryPairs.lazy.compactMap { pair in
            pair.vantage(of: address.address, external: configuration.relay.external)
        }.first
        do throws(SystemCallError) {
            log(address, at: try relay.listenForDatagrams(on: address.address, vantage: vantage))
        } catch {
            throw .cannotListen(on: "\(address)", error)
        }
    }

    /// The sockets for NAT behavior discovery that are no listeners in their own right.
    private var discoveryListeners: [ListenAddress] {
        configuration.discoveryPairs.flatMap(\.sockets)
            .map { ListenAddress($0, transport: .udp, roles: .turn) }
            .filter { !configuration.listen.contains($0) }
    }

    private func routes(_ address: ListenAddress, _ attachments: Attachments) throws -> ConnectionRoutes {
        let (relay, edge) = (attachments.relay, attachments.edge)
        let tls = try TLSServerConfiguration(
            identities: attachments.identities,
            applicationProtocols: ApplicationProtocol.offered(for: address.rolesInsideTLS)
        )
        return ConnectionRoutes(
            rolesInsideTLS: address.rolesInsideTLS,
            plainRoles: address.plainRoles(servesPlainTURN: configuration.servesPlainTURN),
            attachTLS: { channel in
                let handler = TLSServerHandler(
                    configuration: tls,
                    executor: relay.isCarryingMedia ? .threads(attachments.handshakes) : .inline
                )
                try channel.pipeline.syncOperations.addHandler(handler)
            },
            attachTURN: { client, received, onDecided in
                try relay.attach(
                    to: client.channel,
                    from: client.address,
                    over: client.isInsideTLS ? .tls : .tcp,
                    acceptedAt: client.acceptedAt,
                    serverName: client.serverName,
                    received: received,
                    onDecided: onDecided
                )
            },
            attachWeb: { try $0.applicationProtocol == .http2 ? edge.attachHTTP2(to: $0) : edge.attach(to: $0) },
            attachRedirect: { try edge.attachRedirect(to: $0, isHere: true) },
            counters: attachments.counters
        )
    }

    /// Nothing is served that needs TLS or speaks TURN.
    private func redirectRoutes(_ attachments: Attachments) -> ConnectionRoutes {
        ConnectionRoutes(
            rolesInsideTLS: [],
            plainRoles: .web,
            attachTLS: { _ in throw ChannelError.operationUnsupported },
            attachTURN: { _, _, _ in throw ChannelError.operationUnsupported },
            attachWeb: { _ in throw ChannelError.operationUnsupported },
            attachRedirect: { try attachments.edge.attachRedirect(to: $0, isHere: false) },
            counters: attachments.counters
        )
    }

    // MARK: Log

    private func log(_ address: ListenAddress, at bound: TransportAddress?) {
        let services = address.services(servesPlainTURN: configuration.servesPlainTURN).joined(separator: ", ")
        let place = ListenAddress(bound ?? address.address, transport: address.transport)
        logger.notice("listening", metadata: ["address": "\(place)", "serves": "\(services)"])
    }

    func logRelay() {
        let relay = configuration.relay
        let addresses = relay.addresses.map(\.description)
        var metadata: Logger.Metadata = ["mode": "\(relay.mode.rawValue)"]
        if !addresses.isEmpty { metadata["addresses"] = "\(addresses.joined(separator: ", "))" }
        if relay.mode == .open { metadata["ports"] = "\(relay.ports.lowerBound)-\(relay.ports.upperBound)" }
        logger.notice("relay", metadata: metadata)
    }
}
