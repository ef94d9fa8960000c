// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// What may change while allocations are there.
struct LiveUpdateTests {
    private static let start = NIODeadline.uptimeNanoseconds(0)

    private func update(_ bench: Bench, _ change: (inout RealmConfiguration) throws -> Void) throws {
        var realm = try Bench.realmConfiguration()
        try change(&realm)
        bench.realms.update([realm], limits: ServerLimits())
    }

    @Test func `quotas hold for who comes, and take nothing away`() throws {
        let bench = try Bench()
        let clients = try (0..<3).map { _ in try bench.allocate() }
        try update(bench) { $0.allocationsPerUser = 2 }
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 486)
        #expect(try clients.allSatisfy { try bench.ask(.refresh, $0).isSuccess })
        try update(bench) { $0.allocationsInTotal = 3 }
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 508)
        try update(bench) { _ in }
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).isSuccess)
    }

    @Test func `secrets are replaced, and what was allocated lives on`() throws {
        let bench = try Bench()
        let issuer = CredentialIssuer(secret: Bench.secret, lifetime: 600)
        let credential = try issuer.issue(user: "carol", room: nil, now: Bench.unixTime)
        let verifier = bench.realms.defaultRealm
        #expect(!verifier.verifier.candidates(for: credential.username, now: Bench.unixTime).isEmpty)
        let client = try bench.allocate()
        try update(bench) { $0.secrets = [] }
        #expect(verifier.verifier.candidates(for: credential.username, now: Bench.unixTime).isEmpty)
        #expect(try bench.ask(.refresh, client).isSuccess)
    }

    @Test func `a peer that is denied from now on gets no new permission`() throws {
        var configuration = RelayConfiguration()
        configuration.mode = .open([RelayAddress(IPAddress(ipv4: 0xC633_6401))], ports: RelayMode.defaultPorts)
        let bench = try Bench(configuration)
        let client = try bench.allocate()
        let peer = TransportAddress(try #require(IPAddress("203.1.113.9")), port: 9)
        func permission() throws -> Bool {
            try bench.ask(.createPermission, client, XORPeerAddress(address: peer)).isSuccess
        }
        #expect(try permission())
        try update(bench) { $0.peerRules.deny = [try IPNetwork("203.1.113.0/24")] }
        #expect(try !permission())
    }

    @Test func `limits of the relay hold for what is asked from then on`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        var changed = RelayConfiguration()
        changed.maximumLifetime = .seconds(700)
        changed.permissionsPerAllocation = 1
        // The mode is no limit: it stays.
        changed.mode = .closed(IPAddress(ipv4: 1))
        bench.relay.update(changed, limitsBandwidth: false)
        #expect(bench.relay.configuration.mode == RelayConfiguration().mode)
        let answer = try bench.ask(.refresh, client, Lifetime(seconds: 3_600))
        #expect(try STUNMessageView(answer.bytes.rawSpan).value(Lifetime.self)?.seconds == 700)
    }

    // MARK: Rates

    @Test func `a changed rate holds for meters that there are`() throws {
        var limits = BandwidthLimits()
        limits.inTotal = 1_000
        limits.perUser = 1_000
        let bandwidth = Bandwidth(limits)
        var meter = try #require(bandwidth.meter(for: "alice", at: Self.start))
        let isAdmitted = meter.admit(1_000, at: Self.start)
        limits.inTotal = 100
        limits.perUser = 10_000
        bandwidth.update(limits)
        let later = Self.start + .seconds(1)
        // The total is the smaller one now.
        let admitted = [100, 1].map { meter.admit($0, at: later) }
        #expect(isAdmitted && admitted == [true, false])
    }

    @Test func `a limit that there was not holds for new allocations, of users that have some too`() throws {
        let bandwidth = Bandwidth(BandwidthLimits())
        #expect(bandwidth.meter(for: "alice", at: Self.start) == nil)
        var limits = BandwidthLimits()
        limits.perUser = 10
        bandwidth.update(limits)
        #expect(bandwidth.meter(for: "alice", at: Self.start) != nil && bandwidth.userCount == 1)
        // Of the first, which has no share in the bucket, and of the second.
        bandwidth.release(user: "alice")
        bandwidth.release(user: "alice")
        #expect(bandwidth.userCount == 0)
    }

    @Test func `totals of all realms change, too`() {
        let budget = ServerBudget(ServerLimits())
        #expect(budget.bandwidth == nil && budget.allocations.take() && budget.allocations.take())
        var limits = ServerLimits()
        limits.allocations = 2
        limits.bytesPerSecond = 5
        budget.update(limits)
        #expect(!budget.allocations.take() && budget.bandwidth != nil)
        budget.allocations.giveBack()
        #expect(budget.allocations.take())
        budget.update(ServerLimits())
        #expect(budget.allocations.take() && budget.bandwidth == nil)
    }
}
