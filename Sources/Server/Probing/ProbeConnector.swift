// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import OpenSSLTLS
import TURNClient

/// The way to a server: names, connections and TLS, each a step of its own.
struct ProbeConnector: Sendable {
    let uri: ProbeURI
    let trust: TLSTrust
    let credential: TURNCredential?
    /// In bytes, of datagrams that the server sends; longer ones are cut.
    var largestDatagram = 2048

    private static let connectTimeout = TimeAmount.seconds(10)
    private static let answerTimeout = TimeAmount.seconds(8)

    private var group: MultiThreadedEventLoopGroup { .singleton }

    func resolve() async throws -> [SocketAddress] {
        let (host, port) = (uri.host, uri.port)
        let addresses = try await NIOThreadPool.singleton.runIfActive { HostResolver.addresses(of: host, port: port) }
        guard !addresses.isEmpty else { throw ProbeFailure(text: "\(host) is not a name that resolves") }
        return addresses
    }

    func connect(to addresses: [SocketAddress]) async throws -> any Channel {
        var problem = "no address"
        for address in addresses {
            do {
                return try await connect(to: address)
            } catch {
                problem = "\(address.ipAddress ?? "?"):\(uri.port) \(Self.words(for: error))"
            }
        }
        throw ProbeFailure(text: problem)
    }

    private func connect(to address: SocketAddress) async throws -> any Channel {
        guard uri.transport == .udp else {
            return try await ClientBootstrap(group: group).connectTimeout(Self.connectTimeout).connect(to: address)
                .get()
        }
        return try await DatagramBootstrap(group: group)
            .datagramReads(of: largestDatagram)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramAdapter(peer: address))
                }
            }
            .connect(to: address).get()
    }

    static func words(for error: any Error) -> String {
        switch (error as? IOError)?.errnoCode {
        case ECONNREFUSED: return "refuses the connection: nothing listens there"
        case EHOSTUNREACH, ENETUNREACH: return "cannot be reached"
        default: break
        }
        if case .connectTimeout = error as? ChannelError { return "does not answer: a firewall drops the packets?" }
        return "cannot be connected: \(error)"
    }

    /// - Returns: what the handshake agreed on.
    func startTLS(on channel: any Channel) async throws -> TLSSession {
        let configuration: TLSClientConfiguration
        do {
            configuration = try TLSClientConfiguration(trust: trust)
        } catch {
            throw StartupError.noInput("\(error)")
        }
        let handshake = channel.eventLoop.makePromise(of: TLSSession.self)
        try await channel.eventLoop.submit {
            let waiter = HandshakeWaiter(promise: handshake, timeout: Self.connectTimeout)
            try channel.pipeline.syncOperations.addHandlers([
                TLSClientHandler(configuration: configuration, serverName: uri.host), waiter,
            ])
        }.get()
        do {
            return try await handshake.futureResult.get()
        } catch {
            throw ProbeFailure(text: "\(error)")
        }
    }

    func attachTURN(to channel: any Channel) async throws -> TURNConnection {
        try await TURNConnection.attach(
            to: channel,
            credential: credential,
            timeout: Self.answerTimeout,
            isDatagram: uri.transport == .udp
        )
    }

    /// All steps up to TURN at once, for the second client.
    func openSecond(_ addresses: [SocketAddress]) async throws -> TURNConnection {
        let channel = try await connect(to: addresses)
        if uri.isSecure { _ = try await startTLS(on: channel) }
        return try await attachTURN(to: channel)
    }
}

/// Tells how the handshake ended, and leaves.
private final class HandshakeWaiter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<TLSSession>
    private let timeout: TimeAmount
    private var deadline: Scheduled<Void>?

    init(promise: EventLoopPromise<TLSSession>, timeout: TimeAmount) {
        self.promise = promise
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.promise.fail(ProbeFailure(text: "the handshake does not end: is that a TLS port?"))
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let session) = event as? TLSUserEvent {
            promise.succeed(session)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ProbeFailure(text: "the server closed the connection during the handshake"))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.fail(ProbeFailure(text: "the connection ended"))
    }
}
