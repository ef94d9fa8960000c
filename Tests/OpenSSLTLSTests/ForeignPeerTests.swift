// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix
import OpenSSLCrypto
import OpenSSLTLS
import Testing

/// Against the `openssl` program: a peer that does not share this code's mistakes.
@Suite struct ForeignPeerTests {
    private let folder = TemporaryFolder()

    private func listen(_ server: TLSServerConfiguration) async throws -> any Channel {
        try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let executor = TLSHandshakeExecutor.threads(NIOSingletons.posixBlockingThreadPool)
                    let handler = TLSServerHandler(configuration: server, executor: executor)
                    try channel.pipeline.syncOperations.addHandlers(handler, EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// Runs s_client against a server of ours and returns what it printed.
    private func runClient(_ options: [String], input: String, server: TLSServerConfiguration) async throws -> String {
        let listener = try await listen(server)
        let port = listener.localAddress!.port!
        let authority = try folder.file("ca.pem", Fixtures.authority.certificatePEM)
        let client = try Tool(
            ["s_client", "-connect", "127.0.0.1:\(port)", "-servername", "a.test", "-CAfile", authority] + options
        )
        client.send(input)
        try await client.wait(for: input.split(separator: "\n").last.map { "\n\($0)\n" } ?? "Verify return code")
        let output = client.finish()
        try await listener.close()
        return output
    }

    @Test(arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func ourServer(option: String, version: String) async throws {
        let server = try Fixtures.server(Fixtures.identity("a.test"), alpn: ["http/1.1"])
        let output = try await runClient(
            [option, "-alpn", "http/1.1", "-verify_return_error", "-verify_hostname", "a.test"],
            input: "echo this please\n",
            server: server
        )
        #expect(output.contains("New, \(version), Cipher is"))
        #expect(output.contains("Verify return code: 0 (ok)"))
        #expect(output.contains("ALPN protocol: http/1.1"))
        #expect(output.contains("\necho this please\n"))
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func resumption(option: String) async throws {
        let server = try Fixtures.server(Fixtures.identity("a.test"))
        let session = folder.path("session.pem")
        let first = try await runClient([option, "-sess_out", session], input: "first\n", server: server)
        #expect(first.contains("New, TLSv1."))
        let second = try await runClient([option, "-sess_in", session], input: "second\n", server: server)
        #expect(second.contains("Reused, TLSv1."))
    }

    /// `R` makes s_client ask for renegotiation, which is refused.
    @Test func renegotiationIsRefused() async throws {
        let server = try Fixtures.server(Fixtures.identity("a.test"))
        let listener = try await listen(server)
        let client = try Tool(["s_client", "-connect", "127.0.0.1:\(listener.localAddress!.port!)", "-tls1_2"])
        try await client.wait(for: "Verify return code")
        client.send("R\n")
        try await client.wait(for: "no renegotiation")
        _ = client.finish()
        try await listener.close()
    }

    @Test(arguments: [("-tls1_2", TLSVersion.tls12), ("-tls1_3", .tls13)])
    func theirServer(option: String, version: TLSVersion) async throws {
        let issued = try Fixtures.authority.issue(dnsNames: ["a.test"], ipAddresses: [])
        let chain = try folder.file("chain.pem", issued.certificateChainPEM)
        let key = try folder.file("key.pem", issued.privateKeyPEM)
        let server = try Tool([
            "s_server", "-accept", "127.0.0.1:0", "-cert", chain, "-cert_chain", chain, "-key", key, "-alpn", "x,echo",
            "-rev",
            option,
        ])
        try await server.wait(for: "ACCEPT 127.0.0.1:")
        let port = try #require(server.text.split(separator: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber })
        let configuration = try Fixtures.client(version, alpn: ["echo"])
        let channel = try await connect(port: Int(port)!, configuration)
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "drawer\n"))
            var answer = ""
            for try await bytes in inbound {
                answer += String(buffer: bytes)
                if answer.hasSuffix("\n") { break }
            }
            #expect(answer == "reward\n")
        }
        _ = server.finish()
    }

    private func connect(
        port: Int,
        _ configuration: TLSClientConfiguration
    ) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = TLSClientHandler(
                        configuration: configuration,
                        serverName: "a.test",
                        executor: .threads(NIOSingletons.posixBlockingThreadPool)
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
    }
}
