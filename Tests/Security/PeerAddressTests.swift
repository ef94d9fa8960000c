// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Peers that a relay must not talk to, however their address is written and whichever message names them.
struct PeerAddressTests {
    static let host = IPAddress(ipv4: 0x0505_0505)
    static let hostIPv6 = IPAddress(ipv6High: 0x2A00_1450_0000_0000, low: 1)
    static let channel = ChannelNumber(rawValue: 0x4001)

    /// An open relay with both families, and a client that has an allocation of each.
    private func openBench() throws -> (Bench, TestClient) {
        var configuration = RelayConfiguration()
        configuration.mode = .open([RelayAddress(Self.host), RelayAddress(Self.hostIPv6)], ports: 50_000...50_099)
        configuration.allowsTCPAllocations = true
        let bench = try Bench(configuration)
        return (bench, try allocate(.udp, bench))
    }

    private func allocate(_ transport: RequestedTransport, _ bench: Bench) throws -> TestClient {
        let client = bench.connect()
        let both = AdditionalAddressFamily(family: .ipv6)
        let answer = try bench.ask(.allocate, client, transport, both)
        client.relayedAddress = try answer.value(XORRelayedAddress.self)?.address
        return client
    }

    /// CreatePermission, ChannelBind, Send and Connect, each naming the peer: none may lead to it.
    private func expectRefused(_ bench: Bench, _ client: TestClient, _ peer: XORPeerAddress) throws {
        let text = "\(peer.address)"
        #expect(try bench.ask(.createPermission, client, peer).error == 403, "CreatePermission \(text)")
        #expect(try bench.ask(.channelBind, client, Self.channel, peer).error == 403, "ChannelBind \(text)")
        let routing = bench.relay.route(channel: Self.channel, from: client.id, at: bench.now.uptime)
        #expect(routing == .drop(.unboundChannel), "ChannelData \(text)")
        #expect(bench.send(sendIndication(to: peer), from: client) == .drop(.noPermission), "Send \(text)")
        let handle = try #require(bench.directory.resolve(client.relayed, over: .udp)?.handle)
        let passage = Passage(target: handle, source: peer.address)
        #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .drop(.peerWithoutPermission), "from \(text)")
        let tcp = try allocate(.tcp, bench)
        let expected = tcp.relayedAddress == nil ? 437 : 403
        #expect(try bench.ask(.connect, tcp, peer).error == expected, "Connect \(text)")
        #expect(bench.sockets.dials.isEmpty, "Connect \(text)")
    }

    private func sendIndication(to peer: XORPeerAddress) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 1, low: 2)
        )
        writer.append(peer)
        writer.append(.data, bytes: [1, 2, 3, 4])
        return writer.bytes
    }

    @Test(arguments: ["127.0.0.1", "127.255.255.254", "0.0.0.0", "::", "::1"])
    func `CVE-2020-26262: loopback by its own and by the unspecified address`(text: String) throws {
        let (bench, client) = try openBench()
        try expectRefused(bench, client, peer(text))
    }

    static let denied = ["127.0.0.1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.1.1", "224.0.0.1", "5.5.5.9"]

    /// One address of IPv4 is denied by the operator alone: what no list of special addresses could catch.
    @Test(arguments: denied) func `CVE-2026-27624: an IPv4-mapped address is its IPv4 address`(text: String) throws {
        let ipv4 = try #require(IPAddress(text)?.ipv4Bits)
        let mapped = IPAddress(ipv6High: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4))
        let deny = try [IPNetwork("5.5.5.9")]
        #expect(!PeerRules(deny: deny).allows(mapped))
        // The order of the rules is no way around either: allowed as IPv6, still denied as IPv4.
        #expect(try !PeerRules(allow: [IPNetwork("::/0")], deny: deny).allows(mapped))
        let (bench, client) = try openBench()
        try expectRefused(bench, client, XORPeerAddress(address: TransportAddress(mapped, port: 9)))
    }

    @Test(arguments: denied) func `coturn 1945: NAT64, 6to4 and compatible addresses lead to IPv4`(text: String) throws
    {
        let ipv4 = UInt64(try #require(IPAddress(text)?.ipv4Bits))
        let deny = try [IPNetwork("5.5.5.9")]
        let (bench, client) = try openBench()
        for address in [
            IPAddress(ipv6High: 0x0064_FF9B_0000_0000, low: ipv4),
            IPAddress(ipv6High: 0x2002 << 48 | ipv4 << 16, low: 1),
            IPAddress(ipv6High: 0, low: ipv4),
        ] {
            #expect(try !PeerRules(allow: [IPNetwork("::/0")], deny: deny).allows(address), "\(address)")
            // What IPv6 allows does not allow what the address leads to.
            if text != "5.5.5.9" {
                #expect(try !PeerRules(allow: [IPNetwork("64:ff9b::/96"), IPNetwork("2002::/16")]).allows(address))
            }
            try expectRefused(bench, client, XORPeerAddress(address: TransportAddress(address, port: 9)))
        }
    }

    /// Both ends of each range, and the neighbours of some that lie among ordinary addresses.
    @Test(arguments: [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "240.0.0.0/4", "255.255.255.255", "::1", "::", "64:ff9b::/96", "::ffff:0:0/96", "100::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10",
    ]) func `coturn 1946 and 1947: every range of RFC 6890 is denied without a rule`(text: String) throws {
        let network = try IPNetwork(text)
        let first = network.address.bits
        let family = network.address.family
        let size: UInt128 = 1 << UInt128(family.width - network.prefixLength)
        let rules = PeerRules()
        for bits in [first, first + size / 2, first + size - 1] {
            #expect(!rules.allows(IPAddress(family: family, bits: bits)))
        }
    }

    @Test func `coturn 1946 and 1947: addresses beside the ranges are ordinary`() throws {
        for text in ["9.255.255.255", "11.0.0.0", "169.255.0.0", "172.32.0.0", "192.169.0.0", "2001:200::", "2003::"] {
            #expect(try PeerRules().allows(peer(text).address.address), "\(text)")
        }
    }

    @Test func `eturnal: one allowed peer does not free a denied one, nor is it installed`() throws {
        for (texts, installed) in [
            (["5.5.5.9", "10.0.0.1"], false), (["10.0.0.1", "5.5.5.9"], false), (["5.5.5.9"], true),
        ] {
            let (bench, client) = try openBench()
            let peers = try texts.map { try peer($0) }
            let request = try client.request(.createPermission, bench.transactionID(), peers)
            #expect(try Answer(bench.send(request, from: client)).error == (installed ? nil : 403))
            let outcome = bench.send(sendIndication(to: try peer("5.5.5.9")), from: client)
            #expect((outcome == .drop(.noPermission)) != installed)
        }
    }

    @Test func `livekit 4505: the closed relay talks to its own allocations alone`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        for text in ["8.8.8.8", "127.0.0.1", "10.0.0.1", "192.0.0.9"] {
            try expectRefused(bench, client, peer(text))
        }
        let unused = XORPeerAddress(address: TransportAddress(Bench.virtualAddress, port: 1))
        _ = try bench.ask(.channelBind, client, Self.channel, unused)
        let routing = bench.relay.route(channel: Self.channel, from: client.id, at: bench.now.uptime)
        #expect(routing == .drop(.unknownPeer))
        let other = try bench.allocate(.bob)
        #expect(try bench.ask(.createPermission, client, XORPeerAddress(address: other.relayed)).isSuccess)
    }

    @Test func `coturn 6c13608c: networks agree with arithmetic on whole numbers`() throws {
        var random = SplitMix(state: 6890)
        for _ in 0..<20_000 {
            let start = UInt128(random.next()) << 64 | UInt128(random.next())
            let length = Int.random(in: 0...128, using: &random)
            let network = IPNetwork(around: IPAddress(family: .ipv6, bits: start), prefixLength: length)
            let range = Self.addresses(of: length, around: start)
            let flipped = start ^ (1 << UInt128.random(in: 0..<128, using: &random))
            let near = [range.lowerBound &- 1, range.lowerBound, range.upperBound, range.upperBound &+ 1]
            for bits in [start, flipped] + near {
                let address = IPAddress(family: .ipv6, bits: bits)
                let isInside = range.contains(bits)
                guard network.contains(address) == isInside, !isInside || !PeerRules(deny: [network]).allows(address)
                else {
                    Issue.record("\(network) and \(address)")
                    return
                }
            }
        }
    }

    /// By multiplication and division alone: a network begins at a multiple of its size.
    private static func addresses(of prefixLength: Int, around start: UInt128) -> ClosedRange<UInt128> {
        guard prefixLength > 0 else { return 0...UInt128.max }
        let size = (prefixLength..<128).reduce(UInt128(1)) { size, _ in size * 2 }
        let first = start / size * size
        return first...first + (size - 1)
    }
}
