// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay
import Testing

@testable import Server

/// The option `nat-discovery`.
struct DiscoveryPairTests {
    private static let listeners = ["--listen", "udp:192.0.2.1:3478", "--listen", "udp:[2001:db8::1]:3478"]

    private func pairs(_ flags: String...) async throws -> [DiscoveryPair] {
        try await load(Self.listeners + flags.flatMap { ["--nat-discovery", $0] }).discoveryPairs
    }

    private func address(_ text: String) throws -> TransportAddress { try #require(TransportAddress(text[...])) }

    @Test func `each family has a pair`() async throws {
        let pairs = try await pairs("192.0.2.2:3479", "[2001:db8::2]:3479")
        #expect(
            pairs.map { "\($0.first) \($0.second)" } == [
                "192.0.2.1:3478 192.0.2.2:3479", "[2001:db8::1]:3478 [2001:db8::2]:3479",
            ]
        )
        #expect(try await load(Self.listeners).discoveryPairs.isEmpty)
    }

    @Test func `four sockets see each other`() async throws {
        let pair = try #require(try await pairs("192.0.2.2:3479").first)
        let others = try pair.sockets.map { try #require(pair.vantage(of: $0) { $0 }).other.description }
        #expect(
            pair.sockets.map(\.description) == [
                "192.0.2.1:3478", "192.0.2.1:3479", "192.0.2.2:3478", "192.0.2.2:3479",
            ]
        )
        #expect(others == ["192.0.2.2:3479", "192.0.2.2:3478", "192.0.2.1:3479", "192.0.2.1:3478"])
        #expect(try pair.vantage(of: address("192.0.2.3:3478")) { $0 } == nil)
    }

    @Test func `clients see external addresses`() async throws {
        let configuration = try await load([
            "--listen", "udp:10.0.0.5:3478", "--nat-discovery", "10.0.0.6:3479", "--relay", "open", "--relay-address",
            "10.0.0.5=192.0.2.5", "--relay-address", "10.0.0.6=192.0.2.6",
        ])
        let vantage = try configuration.discoveryPairs.first?.vantage(
            of: address("10.0.0.6:3478"),
            external: configuration.relay.external
        )
        #expect(try vantage == DiscoveryVantage(origin: address("192.0.2.6:3478"), other: address("192.0.2.5:3479")))
    }

    @Test(arguments: [
        ("192.0.2.2", "'192.0.2.2'"), ("192.0.2.2:0", "192.0.2.2:0"), ("0.0.0.0:9", "0.0.0.0:9"),
        ("192.0.2.1:3479", "differ"), ("192.0.2.2:3478", "differ"),
    ])
    func `wrong values are told`(value: String, word: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await pairs(value) }
        #expect(error?.description.contains(word) == true)
    }

    @Test(arguments: [
        (["--listen", "tcp:192.0.2.1:3478", "--nat-discovery", "192.0.2.2:9"], "udp:"),
        (["--listen", "udp:0.0.0.0:3478", "--nat-discovery", "192.0.2.2:9"], "0.0.0.0:3478"),
        (["--listen", "udp:192.0.2.1:0", "--nat-discovery", "192.0.2.2:9"], "192.0.2.1:0"),
        (["--listen", "udp:192.0.2.1:1", "--nat-discovery", "192.0.2.2:9,192.0.2.3:9"], "192.0.2.2:9,192.0.2.3:9"),
        (
            ["--listen", "udp:192.0.2.1:1", "--nat-discovery", "192.0.2.2:9", "--nat-discovery", "192.0.2.3:9"],
            "another"
        ),
    ])
    func `it needs one udp listener`(flags: [String], word: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(flags) }
        #expect(error?.description.contains(word) == true)
    }
}
