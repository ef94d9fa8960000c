// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLCrypto
import OpenSSLTLS

/// An authority and what it issued, made once: tests do not depend on fresh keys.
enum Fixtures {
    static let authority = try! CertificateAuthority.make(commonName: "Test CA")

    static func identity(_ names: String..., days: Int = 30, startingAt start: Int64? = nil) throws -> TLSIdentity {
        let issued = try authority.issue(
            dnsNames: names,
            ipAddresses: ["127.0.0.1"],
            validForDays: days,
            startingAt: start
        )
        return try TLSIdentity(certificatePEM: issued.certificateChainPEM, privateKeyPEM: issued.privateKeyPEM)
    }

    static func server(
        _ identities: TLSIdentity...,
        servesUnknownNames: Bool = false,
        alpn: [String] = []
    ) throws -> TLSServerConfiguration {
        let store = TLSIdentityStore(identities, servesUnknownNames: servesUnknownNames)
        return try TLSServerConfiguration(identities: store, applicationProtocols: alpn)
    }

    static func client(
        _ version: TLSVersion = .tls13,
        trust: TLSTrust = .certificatePEM(authority.certificatePEM),
        alpn: [String] = []
    ) throws -> TLSClientConfiguration {
        try TLSClientConfiguration(trust: trust, versions: version...version, applicationProtocols: alpn)
    }
}

/// Stands behind a TLS handler and notes what comes.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var received = ByteBuffer()
    var reads = 0
    var readCompletes = 0
    var errors: [any Error] = []
    var session: TLSSession?
    var log: [String] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if reads == 0 { log.append("data") }
        reads += 1
        received.writeBuffer(&bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        readCompletes += 1
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let session):
            self.session = session
            log.append("handshake")
        case TLSUserEvent.closed: log.append("closed")
        case ChannelEvent.inputClosed: log.append("inputClosed")
        default: log.append("other")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.append("inactive")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errors.append(error)
        log.append("error")
    }

    var tlsError: TLSError? { errors.first as? TLSError }
    var text: String { String(buffer: received) }
}

/// Sends back what it gets.
final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Counts what passes between the TLS handler and the network.
final class WireTap: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    var readRequests = 0
    var writes: [ByteBuffer] = []
    var isOutputClosed = false

    func read(context: ChannelHandlerContext) {
        readRequests += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writes.append(unwrapOutboundIn(data))
        context.write(data, promise: promise)
    }

    /// An embedded channel does not know half-closure; this stands in for it.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .output = mode {
            isOutputClosed = true
            promise?.succeed()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }
}

/// One end of a connection in memory.
struct Endpoint {
    let channel: EmbeddedChannel
    let recorder = Recorder()
    let tap = WireTap()

    init(_ handler: TLSHandler) throws {
        channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(tap, handler, recorder)
    }

    func connect() throws {
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 443)).wait()
    }

    func send(_ text: String) {
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    /// What it has sent so far.
    func takeSent() throws -> ByteBuffer {
        var all = ByteBuffer()
        while var bytes = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&bytes) }
        return all
    }

    /// Has it receive bytes, as one read.
    func deliver(_ bytes: ByteBuffer) {
        channel.pipeline.fireChannelRead(bytes)
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.run()
    }
}

/// A client and a server whose bytes are carried over by ``pump(chunk:)``.
struct Pair {
    let client: Endpoint
    let server: Endpoint

    init(_ clientConfiguration: TLSClientConfiguration, _ serverConfiguration: TLSServerConfiguration, name: String?)
        throws
    {
        client = try Endpoint(TLSClientHandler(configuration: clientConfiguration, serverName: name))
        server = try Endpoint(TLSServerHandler(configuration: serverConfiguration, executor: .inline))
        try server.connect()
        try client.connect()
    }

    /// A connected pair with an everyday configuration.
    init(_ version: TLSVersion = .tls13) throws {
        let identity = try Fixtures.identity("a.test")
        try self.init(Fixtures.client(version), Fixtures.server(identity), name: "a.test")
        try pump()
    }

    /// Carries bytes both ways, in pieces of `chunk`, until none are left.
    func pump(chunk: Int = .max) throws {
        var isMoving = true
        while isMoving {
            let (toServer, toClient) = (try carry(client, server, chunk), try carry(server, client, chunk))
            isMoving = toServer || toClient
        }
    }

    /// Carries what one end has sent so far, in one piece.
    func carryAll(from: Endpoint, to: Endpoint) throws {
        to.deliver(try from.takeSent())
    }

    private func carry(_ from: Endpoint, _ to: Endpoint, _ chunk: Int) throws -> Bool {
        var isMoving = false
        while var bytes = try from.channel.readOutbound(as: ByteBuffer.self) {
            isMoving = true
            while bytes.readableBytes > 0, to.channel.isActive {
                to.deliver(bytes.readSlice(length: min(chunk, bytes.readableBytes))!)
            }
        }
        from.channel.embeddedEventLoop.run()
        return isMoving
    }
}

/// The records in a stream of TLS: (content type, length).
func records(_ buffers: [ByteBuffer]) -> [(type: UInt8, length: Int)] {
    var stream = ByteBuffer()
    for var buffer in buffers { stream.writeBuffer(&buffer) }
    var found: [(UInt8, Int)] = []
    while let type = stream.readInteger(as: UInt8.self), stream.readInteger(as: UInt16.self) != nil,
        let length = stream.readInteger(as: UInt16.self), stream.readSlice(length: Int(length)) != nil
    {
        found.append((type, Int(length)))
    }
    return found
}
