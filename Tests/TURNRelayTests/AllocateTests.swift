// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 8656, section 7.2.
struct AllocateTests {
    @Test func success() throws {
        let bench = try Bench()
        let client = bench.connect()
        let answer = try bench.ask(.allocate, client, RequestedTransport.udp)
        #expect(answer.type == MessageType(.allocate, .successResponse))
        let relayed = try #require(try answer.value(XORRelayedAddress.self)?.address)
        #expect(relayed.address == Bench.virtualAddress && relayed.port >= 1024)
        #expect(bench.directory.resolve(relayed, over: .udp) != nil)
        #expect(try answer.value(XORMappedAddress.self)?.address == client.address)
        #expect(try answer.value(Lifetime.self)?.seconds == 600)
    }

    @Test(arguments: [(0, 600), (1, 600), (600, 600), (601, 601), (3600, 3600), (3601, 3600), (4_294_967_295, 3600)])
    func lifetimes(asked: Int, granted: UInt32) throws {
        let bench = try Bench()
        let answer = try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, Lifetime(seconds: UInt32(asked)))
        #expect(try answer.value(Lifetime.self)?.seconds == granted)
    }

    @Test func retransmissionGetsTheSameAnswer() throws {
        let bench = try Bench()
        let client = bench.connect()
        let request = try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        let first = try Answer(bench.send(request, from: client))
        let second = try Answer(bench.send(request, from: client))
        #expect(first == second && first.isSuccess)
        #expect(bench.directory.count == 1 && bench.quota.totalInUse == 1)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).error == 437)
    }

    @Test func requestedTransport() throws {
        let bench = try Bench()
        let client = bench.connect()
        #expect(try bench.ask(.allocate, client).error == 400)
        #expect(try bench.ask(.allocate, client, RequestedTransport.tcp).error == 442)
        #expect(try bench.ask(.allocate, client, RequestedTransport(protocolNumber: 0)).error == 442)
        #expect(bench.directory.count == 0)
    }

    @Test func addressFamilies() throws {
        let bench = try Bench()
        let udp = RequestedTransport.udp
        func error(_ values: any STUNAttributeValue...) throws -> Int? {
            let client = bench.connect()
            let request = try client.request(.allocate, bench.transactionID(), [udp] + values)
            return try Answer(bench.send(request, from: client)).error
        }
        #expect(try error(RequestedAddressFamily(family: .ipv4)) == nil)
        #expect(try error(RequestedAddressFamily(family: .ipv6)) == 440)
        #expect(try error(RequestedAddressFamily(code: 7)) == 440)
        #expect(try error(AdditionalAddressFamily(family: .ipv4)) == 400)
        #expect(try error(AdditionalAddressFamily(family: .ipv6), RequestedAddressFamily(family: .ipv4)) == 400)
        let answer = try bench.ask(.allocate, bench.connect(), udp, AdditionalAddressFamily(family: .ipv6))
        #expect(answer.isSuccess)
        #expect(try answer.value(AddressErrorCode.self)?.code == 440)
    }

    @Test func evenPortsAndReservations() throws {
        let bench = try Bench()
        let udp = RequestedTransport.udp
        for _ in 0..<32 {
            let answer = try bench.ask(.allocate, bench.connect(), udp, EvenPort(reserveNext: false))
            #expect(try #require(try answer.value(XORRelayedAddress.self)).address.port % 2 == 0)
        }
        #expect(try bench.ask(.allocate, bench.connect(), udp, ReservationToken(value: 1)).error == 508)
        let both: [any STUNAttributeValue] = [udp, ReservationToken(value: 1), EvenPort(reserveNext: false)]
        let client = bench.connect()
        let request = try client.request(.allocate, bench.transactionID(), both)
        #expect(try Answer(bench.send(request, from: client)).error == 400)
    }

    /// A malformed attribute found late must give back what was taken early.
    @Test func malformedLifetimeTakesNothing() throws {
        struct ShortLifetime: STUNAttributeValue {
            static let attributeType = AttributeType.lifetime
            init() {}
            init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {}
            func encode(into bytes: inout [UInt8], transactionID: TransactionID) { bytes.append(1) }
        }
        let bench = try Bench()
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp, ShortLifetime()).error == 400)
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
    }

    @Test func quotas() throws {
        var realm = try Bench.realmConfiguration()
        realm.allocationsPerUser = 2
        realm.allocationsInTotal = 3
        let bench = try Bench(realms: RealmDirectory(default: realm))
        let first = try bench.allocate()
        _ = try bench.allocate()
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 486)
        _ = try bench.allocate(.bob)
        #expect(try bench.ask(.allocate, bench.connect(.bob), RequestedTransport.udp).error == 508)
        bench.relay.disconnect(first.id, at: bench.now.uptime)
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).isSuccess)
    }

    @Test func draining() throws {
        let bench = try Bench()
        let living = try bench.allocate()
        bench.relay.isDraining = true
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 508)
        #expect(try bench.ask(.refresh, living).isSuccess)
    }

    @Test func relayedAddressesAreUniqueAndSpread() throws {
        var realm = try Bench.realmConfiguration()
        realm.allocationsPerUser = .max
        let bench = try Bench(realms: RealmDirectory(default: realm))
        let ports = try (0..<2_000).map { _ in try bench.allocate().relayed.port }
        #expect(Set(ports).count == ports.count)
        // From a uniform generator, each eighth of the range gets about 250.
        let eighths = Dictionary(grouping: ports) { ($0 - 1024) / 8064 }.mapValues(\.count)
        #expect(eighths.count == 8 && eighths.values.allSatisfy { 150...350 ~= $0 })
    }

    /// As many addresses as there are can be taken, then the answer is 508, and all of them come back.
    @Test func everyAddressCanBeTaken() throws {
        let directory = RelayedAddressDirectory(hosts: [RelayAddress(IPAddress(ipv4: 1))], ports: 1024...1223)
        let handle = AllocationHandle(loop: 0, client: ClientID(slot: 0, generation: 0), serial: 0)
        let realm = RealmDirectory(default: try Bench.realmConfiguration()).defaultRealm
        let scope = AllocationScope(room: nil, in: realm, isOpen: false)
        let entry = RelayedAddressDirectory.Entry(handle: handle, scope: scope)
        var generator = SystemRandomNumberGenerator()
        let even = (0..<100).compactMap { _ in
            directory.register(entry, family: .ipv4, even: EvenPort(reserveNext: false), using: &generator)
        }
        #expect(
            even.count == 100
                && directory.register(entry, family: .ipv4, even: EvenPort(reserveNext: false), using: &generator)
                    == nil
        )
        let odd = (0..<100).compactMap { _ in directory.register(entry, family: .ipv4, even: nil, using: &generator) }
        #expect(odd.count == 100 && directory.register(entry, family: .ipv4, even: nil, using: &generator) == nil)
        for address in even + odd {
            directory.release(address)
        }
        #expect(directory.count == 0)
    }
}
