// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOEmbedded
import STUNCodec
import Testing

@testable import OpenSSLTLS
@testable import Server

/// What becomes of connections, counted once for each.
struct EdgeCountersTests {
    private static let request = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: UInt8(7), count: 12)
    private static let get = Array("GET / HTTP/1.1\r\n".utf8)
    private static let session = TLSSession(
        protocolVersion: .tls13,
        cipher: "",
        serverName: nil,
        alpn: nil,
        isResumed: true,
        peerCertificates: [],
        verificationProblem: nil
    )

    /// A handshake that does not get anywhere.
    private final class SilentTLS: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    }

    /// Has something happen on a connection, which ends with it.
    private func counts(
        insideTLS isInsideTLS: Bool = false,
        _ events: (EmbeddedChannel) throws -> Void
    ) throws -> EdgeCounters.Counts {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 5000)).wait()
        let counters = EdgeCounters()
        let routes = ConnectionRoutes(
            rolesInsideTLS: .all,
            plainRoles: .all,
            attachTLS: { try $0.pipeline.syncOperations.addHandler(SilentTLS()) },
            attachTURN: { _, _, _ in },
            attachWeb: { _ in },
            attachRedirect: { _ in },
            counters: counters
        )
        let classifier = ConnectionClassifier(
            routes: routes,
            client: ClientConnection(
                channel: channel,
                address: TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 5000),
                acceptedAt: loop.now,
                isInsideTLS: isInsideTLS
            ),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            onEnd: {}
        )
        try channel.pipeline.syncOperations.addHandler(classifier)
        try events(channel)
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return counters.counts
    }

    private func shakeHands(_ channel: EmbeddedChannel) {
        channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(Self.session))
    }

    @Test(arguments: [
        (false, request, EdgeCounters.Fate.turnOverTCP), (true, request, .turnOverTLS), (false, get, .redirect),
        (true, get, .web), (false, [0xFF], .unserved), (true, [0xFF], .unserved), (true, [], .abandoned),
    ])
    func `a connection is what it turned out to be`(
        isInsideTLS: Bool,
        bytes: [UInt8],
        fate: EdgeCounters.Fate
    ) throws {
        let counts = try counts(insideTLS: isInsideTLS) { channel in
            if isInsideTLS { shakeHands(channel) }
            if !bytes.isEmpty { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
        }
        #expect(counts.fates == [fate: 1])
        #expect(counts.handshakeFailures.isEmpty)
        #expect(counts.handshakes == (isInsideTLS ? [.init(version: .tls13, isResumed: true): 1] : [:]))
    }

    @Test func `one that begins TLS is counted inside it`() throws {
        let counts = try counts { try $0.writeInbound(ByteBuffer(bytes: [22, 3, 1])) }
        #expect(counts.fates == [.abandoned: 1] && counts.handshakeFailures == [.closed: 1])
    }

    @Test func `one that says nothing in time`() throws {
        for isInsideTLS in [false, true] {
            let counts = try counts(insideTLS: isInsideTLS) { $0.embeddedEventLoop.advanceTime(by: .seconds(10)) }
            #expect(counts.fates == [.silent: 1])
            #expect(counts.handshakeFailures == (isInsideTLS ? [.timeout: 1] : [:]))
        }
    }

    @Test(arguments: [
        (TLSError.Reason.alertReceived(48), EdgeCounters.HandshakeFailure.certificateRefused),
        (.alertReceived(42), .certificateRefused), (.alertReceived(46), .certificateRefused),
        (.alertReceived(47), .alert), (.closedDuringHandshake, .closed), (.protocolViolation, .protocolViolation),
        (.tooMuchInput, .tooMuchInput), (.internalFailure, .internalFailure),
    ])
    func `a handshake fails for a reason`(reason: TLSError.Reason, failure: EdgeCounters.HandshakeFailure) throws {
        let counts = try counts(insideTLS: true) { $0.pipeline.fireErrorCaught(TLSError(reason, "")) }
        #expect(counts.handshakeFailures == [failure: 1] && counts.fates == [.abandoned: 1])
    }
}
