// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// NAT behavior discovery (RFC 5780): what is answered, from where and to where.
struct DiscoveryTests {
    private static let client = TransportAddress(IPAddress(ipv4: 0xCB00_7101), port: 5_000)
    private static let vantage = DiscoveryVantage(
        origin: TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 3478),
        other: TransportAddress(IPAddress(ipv4: 0xC000_0202), port: 3479)
    )

    private func request(_ values: [any STUNAttributeValue], method: STUNCodec.Method = .binding) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(method, .request),
            transactionID: TransactionID(high: 1, low: 2)
        )
        for value in values { writer.append(value) }
        return writer.bytes
    }

    private func discover(_ values: any STUNAttributeValue...) throws -> BindingReply {
        // Long enough for an answer with all addresses.
        let values = values + [Software(text: "a client with a name")]
        let bench = try Bench()
        let request = request(values)
        let outcome = bench.relay.discover(request.rawSpan, from: Self.client, at: Self.vantage, bench.now.uptime)
        guard case .reply(let reply) = outcome else { throw Answer.NoAnswer() }
        return reply
    }

    @Test(arguments: [client, TransportAddress(IPAddress(ipv6High: 0x2A00 << 48, low: 1), port: 9)])
    func `the shortest request gets what fits three times its length`(client: TransportAddress) throws {
        let bench = try Bench()
        let request = request([])
        let outcome = bench.relay.discover(request.rawSpan, from: client, at: Self.vantage, bench.now.uptime)
        guard case .reply(let reply) = outcome else { throw Answer.NoAnswer() }
        #expect(reply.bytes.count <= 3 * request.count)
        #expect(try answer(reply).value(XORMappedAddress.self)?.address == client)
    }

    private func answer(_ reply: BindingReply) throws -> Answer { try Answer(.respond(reply.bytes)) }

    @Test func `a plain request is told all addresses`() throws {
        let reply = try discover()
        let answer = try answer(reply)
        #expect(reply.origin == Self.vantage.origin && reply.destination == Self.client)
        #expect(try answer.value(XORMappedAddress.self)?.address == Self.client)
        #expect(try answer.value(MappedAddress.self)?.address == Self.client)
        #expect(try answer.value(ResponseOrigin.self)?.address == Self.vantage.origin)
        #expect(try answer.value(OtherAddress.self)?.address == Self.vantage.other)
    }

    @Test(arguments: [false, true], [false, true])
    func `CHANGE-REQUEST chooses the socket`(address: Bool, port: Bool) throws {
        let reply = try discover(ChangeRequest(changeAddress: address, changePort: port))
        let (origin, other) = (Self.vantage.origin, Self.vantage.other)
        let expected = TransportAddress(
            address ? other.address : origin.address,
            port: port ? other.port : origin.port
        )
        #expect(reply.origin == expected && reply.destination == Self.client)
        #expect(try answer(reply).value(ResponseOrigin.self)?.address == expected)
        #expect(try answer(reply).value(OtherAddress.self)?.address == other)
    }

    @Test func `RESPONSE-PORT is a port of the same address`() throws {
        let reply = try discover(ResponsePort(port: 6_000))
        #expect(reply.destination == TransportAddress(Self.client.address, port: 6_000))
        #expect(try answer(reply).value(XORMappedAddress.self)?.address == Self.client)
    }

    @Test func `what the RFC refuses is refused to the sender alone`() throws {
        let both = try discover(ResponsePort(port: 6_000), Padding(bytes: [1]))
        #expect(try answer(both).error == 400 && both.destination == Self.client)
        #expect(try answer(discover(ResponsePort(port: 0))).error == 400)
        let unknown = try discover(RequestedTransport.udp, AccessToken(nonce: [1], encryptedBlock: [2]))
        #expect(try answer(unknown).value(UnknownAttributes.self)?.types == [.accessToken])
    }

    @Test(arguments: [0, 1, 1_500, 60_000])
    func `PADDING is as long as the request's, and nobody's bytes`(length: Int) throws {
        let reply = try discover(Padding(bytes: Array(repeating: 7, count: length)))
        #expect(try answer(reply).value(Padding.self)?.bytes == Array(repeating: 0, count: length))
    }

    /// With the longest addresses.
    @Test(arguments: [0, 1, 1_500, 60_000])
    func `a response is at most three times its request`(padding: Int) throws {
        func address(_ low: UInt64) -> TransportAddress {
            TransportAddress(IPAddress(ipv6High: 0x2001_0DB8 << 32, low: low), port: 9)
        }
        let vantage = DiscoveryVantage(origin: address(1), other: address(2))
        for values in [[], [Padding(bytes: Array(repeating: 0, count: padding))]] as [[any STUNAttributeValue]] {
            let request = request(values)
            let bench = try Bench()
            let outcome = bench.relay.discover(request.rawSpan, from: address(3), at: vantage, bench.now.uptime)
            guard case .reply(let reply) = outcome else { throw Answer.NoAnswer() }
            #expect(reply.bytes.count <= 3 * request.count)
        }
    }

    @Test func `everything else is taken as elsewhere`() throws {
        let bench = try Bench()
        var wrong = request([])
        wrong[3] = 8
        wrong += [0x80, 0x28, 0, 4, 0, 0, 0, 0]
        for bytes in [request([], method: .allocate), Array(request([]).dropLast()), wrong] {
            let outcome = bench.relay.discover(bytes.rawSpan, from: Self.client, at: Self.vantage, bench.now.uptime)
            #expect(outcome == .otherMessage)
        }
    }

    @Test(arguments: [
        ChangeRequest(changeAddress: true, changePort: true) as any STUNAttributeValue, ResponsePort(port: 1),
        Padding(bytes: []),
    ])
    func `at other sockets its attributes are unknown`(value: any STUNAttributeValue) throws {
        let bench = try Bench()
        #expect(try Answer(bench.send(request([value]), from: bench.connect())).error == 420)
    }
}
