// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// Permissions and channels: which peers, for how long, and how many.
struct PeerTests {
    /// What other servers let through (CVE-2020-26262, CVE-2026-27624 and their like). The closed relay knows one peer
    /// address, so all of these are refused; each by every method that names a peer.
    @Test(arguments: [
        "0.0.0.0", "127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "224.0.0.1", "8.8.8.8",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "fe80::1",
        "fd00::1", "ff02::1", "2001:db8::1",
    ])
    func peersOutsideAreRefused(text: String) throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let outside = try peer(text)
        let expected = outside.address.address.family == .ipv4 ? 403 : 443
        #expect(try bench.ask(.createPermission, client, outside).error == expected)
        #expect(try bench.ask(.channelBind, client, ChannelNumber(rawValue: 0x4000), outside).error == expected)
        let allowed = XORPeerAddress(address: try client.relayed)
        #expect(try bench.ask(.createPermission, client, allowed, outside).error == expected)
        // Nothing of a refused request is installed: data to the allowed one still has no permission.
        let indication = sendIndication(to: allowed, [1])
        #expect(bench.send(indication, from: client) == .drop(.noPermission))
        #expect(bench.send(sendIndication(to: outside, [1]), from: client) == .drop(.noPermission))
    }

    private func sendIndication(to peer: XORPeerAddress, _ payload: [UInt8]) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 0, low: 0)
        )
        writer.append(peer)
        writer.append(.data, bytes: payload)
        return writer.bytes
    }

    @Test func malformedRequests() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let own = XORPeerAddress(address: try client.relayed)
        #expect(try bench.ask(.createPermission, client).error == 400)
        #expect(try bench.ask(.channelBind, client, own).error == 400)
        #expect(try bench.ask(.channelBind, client, ChannelNumber(rawValue: 0x4000)).error == 400)
        for number in [0, 0x3FFF, 0x8000, 0xFFFF] as [UInt16] {
            #expect(try bench.ask(.channelBind, client, ChannelNumber(rawValue: number), own).error == 400)
        }
        let without = bench.connect()
        #expect(try bench.ask(.createPermission, without, own).error == 437)
        #expect(try bench.ask(.channelBind, without, ChannelNumber(rawValue: 0x4000), own).error == 437)
        #expect(try bench.ask(.connect, client, own).error == 437)
        #expect(try bench.ask(Method(rawValue: 0x00D), client, own).error == 400)
    }

    @Test func channelsAndPeersAreOneToOne() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let one = XORPeerAddress(address: try bench.allocate().relayed)
        let two = XORPeerAddress(address: try bench.allocate().relayed)
        let channel = ChannelNumber(rawValue: 0x4000)
        #expect(try bench.ask(.channelBind, client, channel, one).isSuccess)
        #expect(try bench.ask(.channelBind, client, channel, one).isSuccess)
        #expect(try bench.ask(.channelBind, client, channel, two).error == 400)
        #expect(try bench.ask(.channelBind, client, ChannelNumber(rawValue: 0x4001), one).error == 400)
        // RFC 8656, section 12: after ten minutes both are free again.
        _ = bench.advance(.seconds(300))
        bench.renewNonce(of: client)
        _ = try bench.ask(.refresh, client)
        _ = bench.advance(.seconds(300))
        #expect(try bench.ask(.channelBind, client, ChannelNumber(rawValue: 0x4001), one).isSuccess)
        #expect(try bench.ask(.channelBind, client, channel, two).isSuccess)
    }

    @Test func limits() throws {
        var configuration = RelayConfiguration()
        configuration.channelsPerAllocation = 2
        let bench = try Bench(configuration)
        let client = try bench.allocate()
        let address = try client.relayed.address
        for offset in 0..<3 as Range<UInt16> {
            let unknown = XORPeerAddress(address: TransportAddress(address, port: 2000 + offset))
            let answer = try bench.ask(.channelBind, client, ChannelNumber(rawValue: 0x4000 + offset), unknown)
            #expect(answer.error == (offset < 2 ? nil : 508))
        }
    }

    @Test func permissionsAreBounded() {
        var permissions = PermissionSet()
        let addresses = (0..<3).map { IPAddress(ipv4: $0) }
        let start = NIODeadline.uptimeNanoseconds(0)
        permissions.install(addresses[0], until: start + .seconds(300))
        #expect(permissions.count(adding: addresses, at: start) == 3)
        #expect(permissions.count(adding: [addresses[1]], at: start + .seconds(300)) == 1)
        #expect(!permissions.contains(addresses[0], at: start + .seconds(300)))
    }
}
