// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLTLS
import STUNCodec

@testable import Server

/// A connection without a socket, from its accept to its end, whose TLS changes nothing about the bytes.
final class FuzzConnection {
    private enum Route {
        case turn
        case web
        case redirect
    }

    private struct CannotAttach: Error {}

    /// What the handlers tell. Closures of routes are sendable; everything here is on one thread.
    private final class Record: @unchecked Sendable {
        var routes: [Route] = []
        var hasTLS = false
        var endsOfHeader = 0
        var ends = 0
        var received: [UInt8] = []
    }

    private let listener: Listener
    private let channel = EmbeddedChannel()
    private let record = Record()
    private var said: [UInt8] = []

    init(_ listener: Listener) {
        self.listener = listener
        let client = ClientConnection(
            channel: channel,
            address: TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 5000),
            acceptedAt: channel.eventLoop.now
        )
        do {
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 5000)).wait()
            if listener.isBehindProxy { try awaitHeader(of: client) } else { try classify(client) }
        } catch {
            fatalError("\(error)")
        }
    }

    // MARK: As PortListener does

    private func awaitHeader(of connection: ClientConnection) throws {
        let handler = ProxyHeaderHandler(
            connection: connection,
            logger: silentLogger,
            onHeader: { [unowned self] in try classify($0) },
            onEnd: { [record] in record.endsOfHeader += 1 }
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func classify(_ client: ClientConnection) throws {
        let classifier = ConnectionClassifier(routes: routes, client: client, logger: silentLogger) {
            [record] in record.ends += 1
        }
        try channel.pipeline.syncOperations.addHandler(classifier)
    }

    private var routes: ConnectionRoutes {
        let (record, fails) = (record, listener.fails)
        let attach: @Sendable (Route, any Channel) throws -> Void = { route, channel in
            guard !fails else { throw CannotAttach() }
            record.routes.append(route)
            try channel.pipeline.syncOperations.addHandler(ByteRecorder { record.received += $0 })
        }
        return ConnectionRoutes(
            rolesInsideTLS: listener.rolesInsideTLS,
            plainRoles: listener.plainRoles,
            attachTLS: { _ in record.hasTLS = true },
            attachTURN: { client, received, onDecided in
                guard !fails else { throw CannotAttach() }
                record.routes.append(.turn)
                record.received += Array(received.readableBytesView)
                client.channel.close(promise: nil)
                onDecided()
            },
            attachWeb: { try attach(.web, $0.channel) },
            attachRedirect: { try attach(.redirect, $0.channel) }
        )
    }

    // MARK: Events

    func say(_ bytes: [UInt8], lengths: [UInt8]) {
        var rest = bytes[...]
        var count = 0
        while !rest.isEmpty, channel.isActive {
            let length = lengths.isEmpty ? rest.count : Int(lengths[count % lengths.count]) + 1
            // Time passes between one piece and the next, now and then too much.
            if length == 1 + Int(UInt8.max) { channel.embeddedEventLoop.advanceTime(by: .seconds(6)) }
            let hadTLS = record.hasTLS
            said += rest.prefix(length)
            // A handler that closes the channel throws what is left of the read.
            _ = try? channel.writeInbound(ByteBuffer(bytes: rest.prefix(length)))
            if record.hasTLS, !hadTLS {
                channel.pipeline.fireUserInboundEventTriggered(
                    TLSUserEvent.handshakeCompleted(listener.session)
                )
            }
            rest = rest.dropFirst(length)
            count += 1
            check()
        }
    }

    private func check() {
        require(record.routes.count <= 1, "a connection became \(record.routes)")
        let isPassedOn = said.suffix(record.received.count).elementsEqual(record.received)
        require(isPassedOn, "bytes were lost, made up or put into another order")
        guard let route = record.routes.first else {
            return require(record.received.isEmpty, "bytes of a connection that was not decided")
        }
        let roles = record.hasTLS ? listener.rolesInsideTLS : listener.plainRoles
        require(roles.contains(route == .turn ? .turn : .web), "\(route), which this listener does not serve")
        require((route == .redirect) == (!record.hasTLS && route != .turn), "a page without TLS")
    }

    /// Whoever says nothing for long is closed, and the end is told once.
    func end() {
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        require(!channel.isActive || !record.routes.isEmpty, "a silent connection stays open")
        _ = try? channel.finish(acceptAlreadyClosed: true)
        require(record.endsOfHeader == (listener.isBehindProxy ? 1 : 0), "\(record.endsOfHeader) ends of a header")
        let isClassified = !listener.isBehindProxy || record.ends > 0
        require(record.ends == (isClassified ? 1 : 0), "a connection ended \(record.ends) times")
    }
}

/// Takes the bytes of a connection that is decided.
private final class ByteRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let onRead: ([UInt8]) -> Void

    init(onRead: @escaping ([UInt8]) -> Void) {
        self.onRead = onRead
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onRead(Array(unwrapInboundIn(data).readableBytesView))
    }
}
