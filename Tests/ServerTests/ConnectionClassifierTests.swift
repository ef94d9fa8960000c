// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOEmbedded
import STUNCodec
import Testing

@testable import OpenSSLTLS
@testable import Server

/// What a classifier inside TLS makes of what the handshake told.
struct ConnectionClassifierTests {
    private enum Route: Equatable {
        case turn(serverName: String?)
        case web
        case closed
    }

    private static let request = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: UInt8(7), count: 12)
    private static let get = Array("GET / HTTP/1.1\r\n".utf8)

    /// The end of a connection that agreed on a protocol and then says something.
    private func route(_ alpn: String?, _ bytes: [UInt8], serverName: String? = nil) throws -> Route {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 5000)).wait()
        // Closures of routes are sendable; everything here is on one thread.
        let taken = NIOLoopBoundBox<Route>(.closed, eventLoop: channel.eventLoop)
        let routes = ConnectionRoutes(
            rolesInsideTLS: .all,
            plainRoles: [],
            attachTLS: { _ in },
            attachTURN: { client, _, _ in taken.value = .turn(serverName: client.serverName) },
            attachWeb: { _ in taken.value = .web },
            attachRedirect: { _ in }
        )
        let classifier = ConnectionClassifier(
            routes: routes,
            client: ClientConnection(
                channel: channel,
                address: TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 5000),
                acceptedAt: .uptimeNanoseconds(0),
                isInsideTLS: true
            ),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            onEnd: {}
        )
        try channel.pipeline.syncOperations.addHandler(classifier)
        channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(session(alpn, serverName)))
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        #expect(channel.isActive == (taken.value != .closed))
        return taken.value
    }

    private func session(_ alpn: String?, _ serverName: String?) -> TLSSession {
        TLSSession(
            protocolVersion: .tls13,
            cipher: "TLS_AES_128_GCM_SHA256",
            serverName: serverName,
            alpn: alpn,
            isResumed: false,
            peerCertificates: [],
            verificationProblem: nil
        )
    }

    @Test(arguments: [nil, "stun.turn", "stun.nat-discovery", "http/1.1"])
    func everyProtocolMaySpeakSTUN(alpn: String?) throws {
        #expect(try route(alpn, Self.request) == .turn(serverName: nil))
    }

    @Test(arguments: [
        (nil, true), ("http/1.1", true), ("h2", false), ("stun.turn", false), ("stun.nat-discovery", false),
    ])
    func theWebIsForThoseThatDidNotAgreeToOtherThings(alpn: String?, isServed: Bool) throws {
        #expect(try route(alpn, Self.get) == (isServed ? .web : .closed))
    }

    /// RFC 9113, section 3.2: both ends speak HTTP/2 if and only if they have agreed to.
    @Test(arguments: [(nil, false), ("http/1.1", false), ("stun.turn", false), ("h2", true)])
    func http2IsForThoseThatAgreedToIt(alpn: String?, isServed: Bool) throws {
        #expect(try route(alpn, Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)) == (isServed ? .web : .closed))
        #expect(try route("h2", Self.request) == .closed)
    }

    @Test func theServerNameGoesAlong() throws {
        #expect(try route(nil, Self.request, serverName: "turn.test") == .turn(serverName: "turn.test"))
    }

    /// RFC 8737, section 3: nothing is said on a connection that validates a name.
    @Test func aCAThatValidatesANameGetsNothing() throws {
        #expect(try route("acme-tls/1", Self.get) == .closed)
        #expect(try route("acme-tls/1", Self.request) == .closed)
    }
}
