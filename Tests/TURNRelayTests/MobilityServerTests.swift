// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import STUNCodec
import TURNClient
import Testing

@testable import TURNRelay

/// RFC 8016 on real sockets: from any transport to any other, and so from loop to loop.
struct MobilityServerTests {
    static let channel = ChannelNumber(rawValue: 0x4001)

    enum Transport: CaseIterable {
        case udp
        case tcp
    }

    private struct Addresses {
        let udp: TransportAddress
        let tcp: SocketAddress

        func connect(_ transport: Transport) async throws -> TURNConnection {
            switch transport {
            case .udp: try await connectOverUDP(to: udp)
            case .tcp: try await TURNRelayTests.connect(to: tcp)
            }
        }
    }

    private func withMobileRelay(
        _ base: RelayConfiguration,
        _ body: (RelayServer, Addresses) async throws -> Void
    ) async throws {
        var configuration = base
        configuration.allowsMobility = true
        try await withRelay(configuration) { relay, tcp in
            let udp = try relay.listenForDatagrams(on: DatagramRelayTests.anyPort)
            try await body(relay, Addresses(udp: udp, tcp: tcp))
        }
    }

    private func allocate(_ client: TURNConnection) async throws -> (TransportAddress, MobilityTicket) {
        let response = try await client.perform(.allocate, [RequestedTransport.udp, MobilityTicket(bytes: [])])
        return (
            try response.required(XORRelayedAddress.self).address, try response.required(MobilityTicket.self)
        )
    }

    private func next(_ connection: TURNConnection) async -> String? {
        var iterator = connection.data.makeAsyncIterator()
        return await iterator.next().map { String(buffer: $0.payload) }
    }

    @Test(arguments: Transport.allCases, Transport.allCases)
    func `in the closed relay`(from: Transport, to: Transport) async throws {
        try await withMobileRelay(.patient) { relay, addresses in
            let (old, bob) = (try await addresses.connect(from), try await addresses.connect(.tcp))
            let (relayed, ticket) = try await allocate(old)
            let peer = try await bob.allocate()
            try await old.bind(Self.channel, to: peer)
            try await bob.bind(Self.channel, to: relayed)
            bob.send(ByteBuffer(string: "before"), on: Self.channel)
            #expect(await next(old) == "before")

            let new = try await addresses.connect(to)
            _ = try await new.perform(.refresh, [ticket])
            bob.send(ByteBuffer(string: "between"), on: Self.channel)
            #expect(await next(old) == "between")
            old.send(ByteBuffer(string: "by the old way"), on: Self.channel)
            #expect(await next(bob) == "by the old way")

            try await new.createPermission(for: peer)
            bob.send(ByteBuffer(string: "after"), on: Self.channel)
            #expect(await next(new) == "after")
            new.send(ByteBuffer(string: "by the new way"), on: Self.channel)
            #expect(await next(bob) == "by the new way")
            #expect(try await old.request(.refresh).error?.code == 437)
            #expect(relay.allocationCount == 2)
            try await new.refresh(lifetime: 0)
            #expect(relay.allocationCount == 1)
            for connection in [old, new, bob] { await connection.close() }
        }
    }

    @Test(arguments: Transport.allCases, Transport.allCases)
    func `in the open relay`(from: Transport, to: Transport) async throws {
        try await withMobileRelay(.open) { relay, addresses in
            try await DatagramRelayTests().withEcho { echo in
                let old = try await addresses.connect(from)
                let (_, ticket) = try await allocate(old)
                try await old.bind(Self.channel, to: echo)
                old.send(ByteBuffer(string: "before"), on: Self.channel)
                #expect(await next(old) == "before")

                let new = try await addresses.connect(to)
                _ = try await new.perform(.refresh, [ticket])
                old.send(ByteBuffer(string: "between"), on: Self.channel)
                #expect(await next(old) == "between")

                try await new.createPermission(for: echo)
                for text in ["after", "and again"] {
                    new.send(ByteBuffer(string: text), on: Self.channel)
                    #expect(await next(new) == text)
                }
                try await new.refresh(lifetime: 0)
                while relay.allocationCount > 0 { await Task.yield() }
                for connection in [old, new] { await connection.close() }
            }
        }
    }

    @Test(arguments: Transport.allCases)
    func `a lost connection comes back`(to: Transport) async throws {
        try await withMobileRelay(.open) { relay, addresses in
            try await DatagramRelayTests().withEcho { echo in
                let old = try await addresses.connect(.tcp)
                let (_, ticket) = try await allocate(old)
                try await old.bind(Self.channel, to: echo)
                await old.close()
                let new = try await addresses.connect(to)
                _ = try await new.perform(.refresh, [ticket])
                // What arrives between the two needs a request, or a client that sends again.
                try await new.createPermission(for: echo)
                new.send(ByteBuffer(string: "back"), on: Self.channel)
                #expect(await next(new) == "back")
                try await new.refresh(lifetime: 0)
                await new.close()
            }
        }
    }
}
