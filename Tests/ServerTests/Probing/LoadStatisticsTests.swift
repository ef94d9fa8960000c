// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import Server

struct LoadStatisticsTests {
    // MARK: Payloads

    static let payload = LoadPayload(flow: 7, sequence: 0x0102_0304_0506, sentAt: 123_456_789_012)

    @Test(arguments: [24, 25, 1200])
    func payloadsComeBackAsTheyWere(size: Int) {
        let filler = LoadPayload.filler(size: size)
        var buffer = ByteBuffer()
        Self.payload.write(to: &buffer, filler: filler)
        #expect(buffer.readableBytes == size)
        #expect(LoadPayload(buffer, filler: filler) == Self.payload)
    }

    @Test func everyChangedByteIsNoticed() {
        let filler = LoadPayload.filler(size: 40)
        var buffer = ByteBuffer()
        Self.payload.write(to: &buffer, filler: filler)
        let bytes = Array(buffer.readableBytesView)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(LoadPayload(ByteBuffer(bytes: changed), filler: filler) == nil, "byte \(index)")
        }
        for length in 0..<bytes.count {
            #expect(LoadPayload(ByteBuffer(bytes: bytes.prefix(length)), filler: filler) == nil)
        }
    }

    // MARK: Sequence numbers

    @Test func arrivalsAreToldApart() {
        var tracker = SequenceTracker()
        let arrivals = [0, 1, 3, 2, 3, 1, 4].map { tracker.record($0) }
        #expect(
            arrivals == [.inOrder, .inOrder, .inOrder, .reordered, .duplicate, .duplicate, .inOrder]
        )
    }

    @Test func memoryOfArrivalsWrapsAround() {
        var tracker = SequenceTracker()
        let span = SequenceTracker.span
        #expect(tracker.record(5) == .inOrder)
        #expect(tracker.record(5 + span) == .inOrder)
        #expect(tracker.record(6) == .reordered && tracker.record(6) == .duplicate)
        // Too old to be known.
        #expect(tracker.record(4) == .reordered && tracker.record(4) == .reordered)
        #expect(tracker.record(5 + 10 * span) == .inOrder)
        #expect(tracker.record(4 + 10 * span) == .reordered)
    }

    // MARK: Times

    @Test func percentilesAreWithinThreePercent() {
        var histogram = LatencyHistogram()
        for value in 1...100_000 as ClosedRange<UInt64> { histogram.record(value) }
        for percent in [1.0, 50, 90, 99, 99.9] {
            let exact = 1000 * percent
            #expect(abs(Double(histogram.percentile(percent)) - exact) <= exact * 0.032 + 1)
        }
        #expect(histogram.percentile(100) == 100_000 && histogram.maximum == 100_000)
    }

    @Test func anyDurationCanBeRecorded() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(50) == 0)
        for shift in 0..<64 as Range<UInt64> { histogram.record(1 << shift) }
        histogram.record(.max)
        histogram.record(0)
        #expect(histogram.percentile(100) == .max && histogram.percentile(0) == 0)
        var sum = LatencyHistogram()
        sum.merge(histogram)
        sum.merge(histogram)
        #expect(sum.count == 132 && sum.percentile(50) == histogram.percentile(50))
    }

    @Test func jitterIsThatOfRFC3550() {
        var statistics = FlowStatistics()
        for (sequence, transit) in [1000, 1160, 1000, 1000].enumerated() {
            let payload = LoadPayload(flow: 0, sequence: UInt64(sequence), sentAt: 0)
            statistics.arrived(payload, at: UInt64(transit))
        }
        // 160/16 = 10; 10 + (160 - 10)/16 = 19.375; 19.375 - 19.375/16.
        #expect(abs(statistics.jitter - 18.164) < 0.001)
    }

    @Test func duplicatesAreNotDelivered() {
        var statistics = FlowStatistics()
        for sequence in [0, 2, 1, 1] as [UInt64] {
            statistics.arrived(LoadPayload(flow: 0, sequence: sequence, sentAt: 0), at: 1)
        }
        statistics.totals.sent = 4
        let totals = statistics.totals
        #expect(totals.delivered == 3 && totals.duplicates == 1 && totals.reordered == 1 && totals.lost == 1)
    }

    // MARK: Pace

    @Test func aRateIsKept() {
        var pacer = LoadPacer(.rate(1000), start: 1_000_000_000)
        #expect(pacer.allowance(at: 0, sent: 0, nextExpected: 0) == (0, 0))
        var sent = 0
        for millisecond in 0...1000 as ClosedRange<UInt64> {
            sent += pacer.allowance(at: 1_000_000_000 + millisecond * 1_000_000, sent: 0, nextExpected: 0).send
        }
        #expect(sent == 1001)
    }

    @Test func aPauseIsNotCaughtUpWith() {
        var pacer = LoadPacer(.rate(1000), start: 0)
        #expect(pacer.allowance(at: 2_000_000_000, sent: 0, nextExpected: 0) == (50, 1951))
    }

    @Test func aWindowOpensWithWhatComesBack() {
        var pacer = LoadPacer(.window(4), start: 0)
        #expect(pacer.allowance(at: 0, sent: 0, nextExpected: 0).send == 4)
        #expect(pacer.allowance(at: 1, sent: 4, nextExpected: 0).send == 0)
        // The third came, the two before are late or lost.
        #expect(pacer.allowance(at: 2, sent: 4, nextExpected: 3).send == 3)
        #expect(pacer.allowance(at: LoadPacer.patience + 1, sent: 7, nextExpected: 3).send == 0)
        #expect(pacer.allowance(at: LoadPacer.patience + 3, sent: 7, nextExpected: 3).send == 4)
    }

    @Test(arguments: [(0, 100, 1), (1001, 100, 1), (1, 23, 1), (1, 65_001, 1), (1, 100, 0), (1, 100, 3601)])
    func plansAreBounded(clients: Int, size: Int, duration: Int) {
        #expect(throws: StartupError.self) {
            try LoadPlan(
                clients: clients,
                pace: .window(1),
                size: size,
                duration: duration,
                peer: .client,
                usesIndications: false
            )
        }
    }
}
