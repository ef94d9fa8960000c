// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLCrypto
import OpenSSLTLS
import Testing

@Suite struct HandshakeTests {
    @Test(arguments: [TLSVersion.tls12, .tls13], [1, 7, 100_000])
    func completesInAnyFragmentation(version: TLSVersion, chunk: Int) throws {
        let identity = try Fixtures.identity("call.test")
        let pair = try Pair(
            Fixtures.client(version, alpn: ["h2", "http/1.1"]),
            Fixtures.server(identity, alpn: ["http/1.1", "h2"]),
            name: "call.test"
        )
        pair.client.send("early words")
        try pair.pump(chunk: chunk)
        pair.server.send("answer")
        try pair.pump(chunk: chunk)

        for endpoint in [pair.client, pair.server] {
            let session = try #require(endpoint.recorder.session)
            #expect(session.protocolVersion == version)
            #expect(session.serverName == "call.test")
            #expect(session.alpn == "http/1.1", "the server's preference counts")
            #expect(!session.isResumed)
            #expect(session.cipher.hasPrefix("TLS_"))
            #expect(endpoint.recorder.errors.isEmpty)
            #expect(endpoint.recorder.log == ["handshake", "data"])
        }
        #expect(pair.server.recorder.text == "early words")
        #expect(pair.client.recorder.text == "answer")
        #expect(pair.client.recorder.session?.peerCertificates.first == identity.summary)
        #expect(pair.client.recorder.session?.peerCertificates.count == 2)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func withoutCommonProtocolItGoesOnWithoutALPN(version: TLSVersion) throws {
        let server = try Fixtures.server(Fixtures.identity("a.test"), alpn: ["http/1.1"])
        let pair = try Pair(Fixtures.client(version, alpn: ["stun.turn"]), server, name: "a.test")
        try pair.pump()
        #expect(pair.client.recorder.session?.alpn == nil)
        #expect(pair.server.recorder.session != nil)
        #expect(pair.server.recorder.session?.alpn == nil)
    }

    @Test(
        arguments: [
            ("two.test", "two.test"), ("TWO.test", "two.test"), ("x.wild.test", "*.wild.test"),
            ("special.wild.test", "special.wild.test"), ("x.y.wild.test", "one.test"), ("other.test", "one.test"),
            (nil, "one.test"),
        ] as [(String?, String)]
    )
    func serverNameChoosesIdentity(asked: String?, served: String) throws {
        let server = try Fixtures.server(
            Fixtures.identity("one.test"),
            Fixtures.identity("*.wild.test"),
            Fixtures.identity("two.test"),
            Fixtures.identity("special.wild.test"),
            servesUnknownNames: true
        )
        let pair = try Pair(Fixtures.client(trust: .insecure), server, name: asked)
        try pair.pump()
        #expect(pair.client.recorder.session?.peerCertificates.first?.dnsNames == [served])
        #expect(pair.server.recorder.session?.serverName == asked)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func resumesAcrossHotSwap(version: TLSVersion) throws {
        let old = try Fixtures.identity("a.test")
        let store = TLSIdentityStore([old])
        let server = try TLSServerConfiguration(identities: store)
        let client = try Fixtures.client(version)

        let first = try Pair(client, server, name: "a.test")
        first.server.send("a session ticket comes with data")
        try first.pump()
        #expect(first.client.recorder.session?.isResumed == false)

        let new = try Fixtures.identity("a.test")
        store.replace(with: [new])
        let second = try Pair(client, server, name: "a.test")
        try second.pump()
        #expect(second.client.recorder.session?.isResumed == true)
        #expect(second.server.recorder.session?.isResumed == true)
        #expect(second.server.recorder.session?.serverName == "a.test")
        #expect(second.client.recorder.session?.peerCertificates.first == old.summary)

        let other = try Pair(Fixtures.client(version), server, name: "a.test")
        try other.pump()
        #expect(other.client.recorder.session?.isResumed == false)
        #expect(other.client.recorder.session?.peerCertificates.first == new.summary)

        first.server.send("still here")
        try first.pump()
        #expect(first.client.recorder.text.hasSuffix("still here"), "an open connection keeps its identity")
    }

    @Test func sessionsAreNotTakenToOtherNames() throws {
        let server = try Fixtures.server(Fixtures.identity("a.test", "b.test"))
        let client = try Fixtures.client()
        try Pair(client, server, name: "a.test").pump()
        let pair = try Pair(client, server, name: "b.test")
        try pair.pump()
        #expect(pair.client.recorder.session?.isResumed == false)
    }

    /// A client that has said nothing yet may wait for its Finished to be acknowledged.
    @Test(arguments: [false, true])
    func aTicketGoesWithAnAnswerThatIsDue(isDue: Bool) throws {
        let pair = try Pair(Fixtures.client(), Fixtures.server(Fixtures.identity("a.test")), name: "a.test")
        let operations = pair.server.channel.pipeline.syncOperations
        try operations.addHandler(EchoHandler(), position: .before(pair.server.recorder))
        try pair.carryAll(from: pair.client, to: pair.server)
        try pair.carryAll(from: pair.server, to: pair.client)
        if isDue { pair.client.send("words") }
        try pair.carryAll(from: pair.client, to: pair.server)
        #expect(pair.server.tap.writes.dropFirst().map { records([$0]).count } == [isDue ? 2 : 1])
        if !isDue { pair.client.send("words") }
        try pair.pump()
        #expect(pair.server.tap.writes.count == (isDue ? 2 : 3))
        #expect(pair.client.recorder.text == "words")
    }

    @Test func handlersMayChangeOnTheEvent() throws {
        /// Puts a recorder in its own place as soon as the handshake is done.
        final class Replacing: ChannelInboundHandler, RemovableChannelHandler {
            typealias InboundIn = ByteBuffer
            let successor = Recorder()

            func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
                let operations = context.pipeline.syncOperations
                do {
                    try operations.addHandler(successor, position: .after(self))
                } catch {
                    Issue.record(error)
                }
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            }
        }
        let server = try Fixtures.server(Fixtures.identity("a.test"))
        let pair = try Pair(Fixtures.client(), server, name: "a.test")
        let replacing = Replacing()
        let recorder = pair.server.recorder
        try pair.server.channel.pipeline.syncOperations.addHandler(replacing, position: .before(recorder))
        pair.client.send("first bytes")
        try pair.pump()
        #expect(String(buffer: replacing.successor.received) == "first bytes")
    }

    @Test func withoutIdentityTheHandshakeFails() throws {
        let pair = try Pair(Fixtures.client(), Fixtures.server(), name: "a.test")
        try pair.pump()
        #expect(pair.server.recorder.tlsError?.description == "no certificate to present")
        #expect(pair.server.recorder.errors.count == 1)
        #expect(pair.client.recorder.tlsError?.alert != nil)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func noCertificateOfAnotherNameIsShown(_ version: TLSVersion) throws {
        let identities = [try Fixtures.identity("a.test"), try Fixtures.identity("*.b.test")]
        let server = try TLSServerConfiguration(identities: TLSIdentityStore(identities))
        for name in ["c.test", "b.test", "x.y.b.test"] {
            let pair = try Pair(Fixtures.client(version), server, name: name)
            try pair.pump()
            #expect(pair.server.recorder.tlsError?.reason == .unknownServerName)
            #expect(pair.client.recorder.tlsError?.reason == .alertReceived(112), "unrecognized_name")
            #expect(pair.client.recorder.tlsError?.peerCertificates.isEmpty == true)
        }
    }

    @Test func olderVersionsAreRefused() throws {
        let store = TLSIdentityStore([try Fixtures.identity("a.test")])
        let server = try TLSServerConfiguration(identities: store, minimumVersion: .tls13)
        let pair = try Pair(Fixtures.client(.tls12), server, name: "a.test")
        try pair.pump()
        #expect(pair.client.recorder.tlsError?.reason == .alertReceived(70), "protocol_version")
        #expect(pair.server.recorder.tlsError?.reason == .protocolViolation)
    }
}
