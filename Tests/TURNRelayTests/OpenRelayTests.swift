// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Allocations with sockets: RFC 8656 where the closed relay has nothing to show.
struct OpenRelayTests {
    static let channel = ChannelNumber(rawValue: 0x4001)
    static let ipv4 = IPAddress(ipv4: 0xCB00_7101)
    static let ipv6 = IPAddress(ipv6High: 0x2A00_1450_0000_0000, low: 1)
    static let external = IPAddress(ipv4: 0x0505_0505)

    private func bench(
        _ hosts: [RelayAddress] = [RelayAddress(ipv4), RelayAddress(ipv6)],
        ports: ClosedRange<UInt16> = 50_000...50_099,
        _ rules: PeerRules = PeerRules()
    ) throws -> Bench {
        var configuration = RelayConfiguration()
        configuration.mode = .open(hosts, ports: ports)
        var realm = try Bench.realmConfiguration()
        realm.peerRules = rules
        realm.allocationsPerUser = 1_000
        return try Bench(configuration, realms: RealmDirectory(default: realm))
    }

    private func relayed(_ answer: Answer) throws -> [TransportAddress] {
        try STUNMessageView(answer.bytes.rawSpan).values(XORRelayedAddress.self).map(\.address)
    }

    // MARK: Sockets

    @Test func `an allocation has a socket for as long as it lives`() throws {
        let bench = try bench()
        let client = try bench.allocate()
        #expect(try bench.sockets.open.values.map { $0 } == [client.relayed])
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.sockets.open.isEmpty && bench.directory.count == 0)
    }

    @Test func `ports that other programs have are passed over`() throws {
        let bench = try bench(ports: 50_000...50_003)
        bench.sockets.taken = Set([50_000, 50_001, 50_002].map { TransportAddress(Self.ipv4, port: $0) })
        #expect(try bench.allocate().relayed.port == 50_003)
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 508)
        #expect(bench.directory.count == 1 && bench.quota.totalInUse == 1)
    }

    @Test func `behind a NAT clients see the external address and sockets have the local one`() throws {
        let bench = try bench([RelayAddress(Self.ipv4, external: Self.external)])
        let client = try bench.allocate()
        #expect(try client.relayed.address == Self.external)
        #expect(bench.sockets.open.values.map(\.address) == [Self.ipv4])
    }

    // MARK: Families

    @Test func `each family can be had alone`() throws {
        let bench = try bench()
        for (family, address) in [(IPAddress.Family.ipv4, Self.ipv4), (.ipv6, Self.ipv6)] {
            let answer = try bench.ask(
                .allocate,
                bench.connect(),
                RequestedTransport.udp,
                RequestedAddressFamily(family: family)
            )
            #expect(try relayed(answer).map(\.address) == [address])
        }
    }

    @Test func `both families in one allocation are refreshed and deleted one by one`() throws {
        let bench = try bench()
        let client = bench.connect()
        let answer = try bench.ask(
            .allocate,
            client,
            RequestedTransport.udp,
            AdditionalAddressFamily(family: .ipv6)
        )
        #expect(try relayed(answer).map(\.address) == [Self.ipv4, Self.ipv6])
        #expect(try !answer.has(.addressErrorCode) && bench.quota.totalInUse == 1)

        #expect(try bench.ask(.createPermission, client, peer("5.5.5.5"), peer("2a00::1")).isSuccess)
        let ipv6 = RequestedAddressFamily(family: .ipv6)
        #expect(try bench.ask(.refresh, client, ipv6, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.sockets.open.values.map(\.address) == [Self.ipv4])
        #expect(try bench.ask(.refresh, client, ipv6).error == 443)
        #expect(try bench.ask(.createPermission, client, peer("2a00::1")).error == 443)
        #expect(try bench.ask(.refresh, client).isSuccess)

        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.sockets.open.isEmpty && bench.quota.totalInUse == 0)
    }

    @Test func `coturn's number for the second family is understood`() throws {
        let bench = try bench()
        let answer = try bench.ask(
            .allocate,
            bench.connect(),
            RequestedTransport.udp,
            CoturnAdditionalAddressFamily(code: 2)
        )
        #expect(try relayed(answer).map(\.address) == [Self.ipv4, Self.ipv6])
    }

    @Test func `a family that is not refreshed expires alone`() throws {
        let bench = try bench()
        let client = bench.connect()
        _ = try bench.ask(.allocate, client, RequestedTransport.udp, AdditionalAddressFamily(family: .ipv6))
        _ = bench.advance(.seconds(300))
        #expect(try bench.ask(.refresh, client, RequestedAddressFamily(family: .ipv4)).isSuccess)
        _ = bench.advance(.seconds(300))
        #expect(bench.sockets.open.values.map(\.address) == [Self.ipv4])
        _ = bench.advance(.seconds(300))
        #expect(bench.sockets.open.isEmpty && bench.directory.count == 0)
    }

    @Test func `a second family that is not there is an error code beside the first`() throws {
        let bench = try bench([RelayAddress(Self.ipv4)])
        let answer = try bench.ask(
            .allocate,
            bench.connect(),
            RequestedTransport.udp,
            AdditionalAddressFamily(family: .ipv6)
        )
        #expect(try relayed(answer).count == 1)
        let error = try #require(try answer.value(AddressErrorCode.self))
        #expect(error.code == 440 && error.family == .ipv6)
        let alone = RequestedAddressFamily(family: .ipv6)
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, alone).error == 440)
    }

    // MARK: Even ports

    @Test func `the port after an even one waits for its token, once`() throws {
        let bench = try bench()
        let first = try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, EvenPort(reserveNext: true))
        let even = try relayed(first)[0].port
        let token = try #require(try first.value(ReservationToken.self))
        #expect(even % 2 == 0 && bench.directory.count == 2)
        let second = try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, token)
        #expect(try relayed(second)[0].port == even + 1)
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, token).error == 508)
    }

    @Test func `a reservation ends after thirty seconds, or with the allocation that made it`() throws {
        let bench = try bench()
        for _ in 0..<2 {
            let client = bench.connect()
            let answer = try bench.ask(.allocate, client, RequestedTransport.udp, EvenPort(reserveNext: true))
            let token = try #require(try answer.value(ReservationToken.self))
            _ = bench.advance(.milliseconds(29_999))
            #expect(bench.directory.count == 2)
            _ = bench.advance(.milliseconds(1))
            #expect(bench.directory.count == 1)
            #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, token).error == 508)
            bench.relay.disconnect(client.id, at: bench.now.uptime)
            #expect(bench.directory.count == 0)
        }
        let client = bench.connect()
        _ = try bench.ask(.allocate, client, RequestedTransport.udp, EvenPort(reserveNext: true))
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.directory.count == 0)
    }

    @Test func `cycles leave no port and no token behind`() throws {
        let bench = try bench()
        let client = bench.connect()
        for cycle in 0..<10_000 {
            let answer = try bench.ask(
                .allocate,
                client,
                RequestedTransport.udp,
                EvenPort(reserveNext: cycle % 2 == 0)
            )
            guard answer.isSuccess, try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess else {
                Issue.record("refused in cycle \(cycle)")
                return
            }
        }
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0 && bench.sockets.open.isEmpty)
    }

    // MARK: Peers

    @Test func `data for a peer leaves through the socket of its family`() throws {
        let bench = try bench()
        let client = try bench.allocate()
        let socket = try #require(bench.sockets.open.keys.first)
        let address = try peer("5.5.5.5", port: 7)
        #expect(try bench.ask(.channelBind, client, Self.channel, address).isSuccess)
        let routing = bench.relay.route(channel: Self.channel, from: client.id, at: bench.now.uptime)
        #expect(routing == .forward(.peer(address.address, socket)))
    }

    @Test func `data of a peer reaches the client when there is a permission`() throws {
        let bench = try bench()
        let client = try bench.allocate()
        let handle = try #require(bench.directory.resolve(client.relayed, over: .udp)?.handle)
        let address = try peer("5.5.5.5", port: 7).address
        let passage = Passage(target: handle, source: address)
        #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .drop(.peerWithoutPermission))
        #expect(try bench.ask(.createPermission, client, peer("5.5.5.5")).isSuccess)
        #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .dataIndication(client: client.id))
        let other = Passage(target: handle, source: try peer("5.5.5.6", port: 7).address)
        #expect(bench.relay.deliver(other, at: bench.now.uptime) == .drop(.peerWithoutPermission))
    }

    @Test(arguments: ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "203.0.113.1", "255.255.255.255"])
    func `special addresses are refused by all methods that name a peer`(text: String) throws {
        let bench = try bench([RelayAddress(Self.external)])
        let client = try bench.allocate()
        #expect(try bench.ask(.createPermission, client, peer(text)).error == 403)
        #expect(try bench.ask(.channelBind, client, Self.channel, peer(text)).error == 403)
        // One denied peer among allowed ones: nothing is installed.
        #expect(try bench.ask(.createPermission, client, peer("5.5.5.9"), peer(text)).error == 403)
        let handle = try #require(bench.directory.resolve(client.relayed, over: .udp)?.handle)
        let passage = Passage(target: handle, source: try peer("5.5.5.9").address)
        #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .drop(.peerWithoutPermission))
    }

    // MARK: Hairpin

    @Test(arguments: [RelayAddress(ipv4), RelayAddress(ipv4, external: external)])
    func `allocations meet in process, by either form of their addresses`(host: RelayAddress) throws {
        let bench = try bench([host])
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        for form in [host.external, host.local] {
            let peer = XORPeerAddress(address: TransportAddress(form, port: try bob.relayed.port))
            #expect(try bench.ask(.channelBind, alice, Self.channel, peer).isSuccess)
            _ = try bench.ask(.createPermission, bob, XORPeerAddress(address: alice.relayed))
            guard
                case .forward(.allocation(let passage)) = bench.relay.route(
                    channel: Self.channel,
                    from: alice.id,
                    at: bench.now.uptime
                )
            else {
                Issue.record("no hairpin")
                return
            }
            #expect(try passage.source == alice.relayed)
            #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .dataIndication(client: bob.id))
        }
    }

    @Test func `the relay's own address without an allocation leads nowhere, unless it is allowed`() throws {
        let nobody = XORPeerAddress(address: TransportAddress(Self.ipv4, port: 9))
        let strict = try bench(), client = try strict.allocate()
        #expect(try strict.ask(.channelBind, client, Self.channel, nobody).isSuccess)
        let routing = strict.relay.route(channel: Self.channel, from: client.id, at: strict.now.uptime)
        #expect(routing == .drop(.unknownPeer))

        let network = try IPNetwork("203.0.113.0/24")
        let lax = try bench([RelayAddress(Self.ipv4)], PeerRules(allow: [network])), other = try lax.allocate()
        #expect(try lax.ask(.channelBind, other, Self.channel, nobody).isSuccess)
        let socket = try #require(lax.sockets.open.keys.first)
        let allowed = lax.relay.route(channel: Self.channel, from: other.id, at: lax.now.uptime)
        #expect(allowed == .forward(.peer(nobody.address, socket)))
    }

    // MARK: ICMP

    @Test func `a client with a permission hears what its datagram met`() throws {
        let bench = try bench()
        let client = try bench.allocate()
        let handle = try #require(bench.directory.resolve(client.relayed, over: .udp)?.handle)
        let passage = Passage(target: handle, source: try peer("5.5.5.5").address)
        let unreachable = ICMPAttribute(type: 3, code: 3, errorData: 0)
        #expect(bench.relay.recipient(of: unreachable, along: passage, at: bench.now.uptime) == nil)
        _ = try bench.ask(.createPermission, client, peer("5.5.5.5"))
        #expect(bench.relay.recipient(of: unreachable, along: passage, at: bench.now.uptime) == client.id)
        let quench = ICMPAttribute(type: 4, code: 0, errorData: 0)
        #expect(bench.relay.recipient(of: quench, along: passage, at: bench.now.uptime) == nil)
    }

    // MARK: Strangers

    @Test func `a datagram of a stranger leaves nothing behind until it makes an allocation`() throws {
        let bench = try bench()
        let stranger = TestClient(
            id: ClientID(slot: 0, generation: 0),
            address: TransportAddress(IPAddress(ipv4: 0x0101_0101), port: 1),
            credential: .alice
        )
        bench.renewNonce(of: stranger)
        let wrong = TestClient(id: stranger.id, address: stranger.address, credential: .bob)
        wrong.nonce = "stale"
        for request in [
            try wrong.request(.allocate, bench.transactionID(), [RequestedTransport.udp]),
            try stranger.request(.refresh, bench.transactionID(), []),
            [UInt8](repeating: 0xFF, count: 30),
        ] {
            let (_, id) = bench.relay.receive(request.rawSpan, fromStranger: stranger.address, at: bench.now)
            #expect(id == nil && bench.relay.clientCount == 0)
        }
        let allocate = try stranger.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        let (outcome, id) = bench.relay.receive(allocate.rawSpan, fromStranger: stranger.address, at: bench.now)
        #expect(try Answer(outcome).isSuccess && id != nil && bench.relay.clientCount == 1)
    }
}
