// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Limits that are rates, with a clock that only the tests move.
struct RateTests {
    static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    // MARK: Buckets

    @Test func `a bucket lets its rate through, and a second's worth at once`() {
        var bucket = TokenBucket(perSecond: 1_000, at: Self.start)
        func take(_ count: Int, after time: TimeAmount) -> Bool { bucket.take(count, at: Self.start + time) }
        #expect(take(1_000, after: .zero) && !take(1, after: .zero))
        #expect(!take(11, after: .milliseconds(10)) && take(10, after: .milliseconds(10)))
        #expect(!take(1, after: .milliseconds(10)))
        #expect(take(1_000, after: .hours(1)) && !take(1, after: .hours(1)))
    }

    @Test func `time that a full bucket stood is not earned`() {
        var bucket = TokenBucket(perSecond: 10, at: Self.start)
        func take(after time: TimeAmount) -> Bool { bucket.take(10, at: Self.start + time) }
        #expect(take(after: .hours(1)) && !take(after: .hours(1)))
    }

    @Test func `small steps of time add up`() {
        var bucket = TokenBucket(perSecond: 3, at: Self.start)
        _ = bucket.take(3, at: Self.start)
        let passed = (1...10_000).count { bucket.take(1, at: Self.start + .milliseconds($0)) }
        #expect(29...30 ~= passed)
    }

    @Test func `what is larger than the bucket passes once it is full, and is paid for`() {
        var bucket = TokenBucket(perSecond: 100, at: Self.start)
        func take(_ count: Int, after seconds: Int64) -> Bool { bucket.take(count, at: Self.start + .seconds(seconds)) }
        #expect(take(1_000, after: 0) && !take(1, after: 1))
        #expect((1...20).first { take(100, after: $0) } == 10)
        // A debt ends with time alone, too.
        #expect(take(1_000, after: 30) && take(100, after: 60))
    }

    @Test func `a clock that stands or goes back takes nothing away, and huge rates don't overflow`() {
        var bucket = TokenBucket(perSecond: 10, at: Self.start)
        let taken = [Self.start - .seconds(1), Self.start].map { bucket.take(5, at: $0) }
        #expect(taken == [true, true])
        var huge = TokenBucket(perSecond: 1_000_000_000_000, at: Self.start)
        for second in 1...3 as ClosedRange<Int64> {
            let isTaken = huge.take(1_000_000_000_000, at: Self.start + .seconds(second))
            #expect(isTaken)
        }
    }

    @Test func `a stream borrows, and waits for as long as that takes to pay`() {
        var bucket = TokenBucket(perSecond: 1_000, at: Self.start)
        func borrow(_ count: Int, after milliseconds: Int64) -> TimeAmount {
            bucket.borrow(count, at: Self.start + .milliseconds(milliseconds))
        }
        #expect(borrow(1_000, after: 0) == .zero && borrow(500, after: 0) == .milliseconds(500))
        #expect(borrow(1, after: 500) == .milliseconds(1) && borrow(0, after: 501) == .zero)
        #expect(borrow(2_000, after: 10_000) == .seconds(1))
        let isTaken = bucket.take(1, at: Self.start + .milliseconds(10_999))
        #expect(!isTaken)
    }

    @Test func `the connections of a TCP allocation are charged to one meter, and to its user's`() throws {
        var limits = BandwidthLimits()
        limits.perAllocation = 1_000
        limits.perUser = 2_000
        let bandwidth = Bandwidth(limits)
        let meter = try #require(bandwidth.meter(for: "alice", over: .tcp, at: Self.start))
        let copy = meter
        #expect(meter.charge(1_000, at: Self.start) == .zero)
        #expect(copy.charge(1_000, at: Self.start) == .seconds(1))
        let other = try #require(bandwidth.meter(for: "alice", over: .tcp, at: Self.start))
        #expect(other.charge(1_000, at: Self.start) == .milliseconds(500))
    }

    // MARK: Strangers

    @Test func `strangers of one address are answered at a rate, others as before`() throws {
        var configuration = RelayConfiguration()
        configuration.strangersPerSecondPerAddress = 5
        let bench = try Bench(configuration)
        let binding = STUNMessageWriter(
            type: MessageType(.binding, .request),
            transactionID: TransactionID(high: 1, low: 2)
        )
        .bytes
        func answers(_ address: String) throws -> Int {
            let address = TransportAddress(try #require(IPAddress(address)), port: 1)
            return (0..<20).count { _ in
                if case .respond = bench.relay.receive(binding.rawSpan, fromStranger: address, at: bench.now).0 {
                    true
                } else {
                    false
                }
            }
        }
        #expect(try answers("2001:db8::1") == 5 && answers("2001:db8::2") == 0)
        // Different places in the table, but for one chance in four thousand each.
        #expect(try ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(answers).contains(5))
        _ = bench.advance(.seconds(1))
        #expect(try answers("2001:db8::1") == 5)
    }

    // MARK: Bandwidth

    private func bench(_ set: (inout BandwidthLimits) -> Void) throws -> Bench {
        var realm = try Bench.realmConfiguration()
        set(&realm.bandwidth)
        return try Bench(realms: RealmDirectory(default: realm))
    }

    private func passed(_ bench: Bench, _ client: TestClient) -> Int {
        (0..<100).count { _ in bench.relay.admit(100, of: client.id, at: bench.now.uptime) }
    }

    @Test func `each allocation has its own bandwidth`() throws {
        let bench = try bench { $0.perAllocation = 1_000 }
        let (one, other) = (try bench.allocate(), try bench.allocate())
        #expect(passed(bench, one) == 10 && passed(bench, other) == 10)
        _ = bench.advance(.milliseconds(500))
        #expect(passed(bench, one) == 5)
    }

    @Test func `all allocations of a user share the user's, and all users the realm's`() throws {
        let bench = try bench {
            $0.perUser = 1_000
            $0.inTotal = 1_500
        }
        let (one, two, bob) = (try bench.allocate(), try bench.allocate(), try bench.allocate(.bob))
        #expect(passed(bench, one) == 10 && passed(bench, two) == 0 && passed(bench, bob) == 5)
    }

    @Test func `users are forgotten with their allocations`() throws {
        let bench = try bench { $0.perUser = 1_000 }
        let (one, two) = (try bench.allocate(), try bench.allocate())
        let bandwidth = bench.relay.realms.defaultRealm.bandwidth
        #expect(bandwidth.userCount == 1)
        bench.relay.disconnect(one.id, at: bench.now.uptime)
        #expect(bandwidth.userCount == 1)
        bench.relay.disconnect(two.id, at: bench.now.uptime)
        #expect(bandwidth.userCount == 0)
    }

    @Test func `without limits everything passes`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        #expect(passed(bench, client) == 100)
    }
}
