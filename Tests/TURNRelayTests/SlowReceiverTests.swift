// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import TURNRelay

/// A receiver that is slower than its media sees fresh media: simulated, in virtual time.
struct SlowReceiverTests {
    /// 1 Mbit/s of video in packets of 1200 bytes, 30 frames in a second, and an audio packet every 20 ms.
    private static func call(_ link: inout SimulatedLink, _ millisecond: Int) {
        if millisecond % 33 == 0 { for _ in 0..<(millisecond % 66 == 0 ? 3 : 4) { link.send(1200) } }
        if millisecond % 20 == 0 { link.send(120, .audio) }
    }

    private func ages(_ packets: some Sequence<SimulatedLink.Packet>) -> [TimeAmount] {
        packets.compactMap(\.age).sorted()
    }

    @Test func halfRateReceiver() throws {
        var link = SimulatedLink(bitsPerSecond: 500_000)
        link.run(.seconds(20), Self.call)
        let audio = link.packets.filter { $0.payloadClass == .audio }.dropLast(25)
        #expect(audio.allSatisfy { $0.arrivedAt != nil }, "no audio is lost for video")
        let settled = link.packets.filter { $0.payloadClass == .video && $0.sentAt > .uptimeNanoseconds(3_000_000_000) }
        let ages = ages(settled)
        let oldest = try #require(ages.last)
        #expect(ages[ages.count / 2] < .milliseconds(250), "\(ages[ages.count / 2])")
        #expect(oldest < .milliseconds(350), "\(oldest)")
        // The link is full all the same: 50 packets of audio and the rest video.
        let carried = Double(ages.count * 1200) / 17 + 50 * 120
        #expect(carried > 0.9 * 500_000 / 8, "\(carried)")
    }

    @Test func stalledReceiverRecoversWithinASecond() throws {
        var link = SimulatedLink(bitsPerSecond: 2_000_000)
        link.run(.seconds(3), Self.call)
        #expect(link.packets.dropLast(20).allSatisfy { $0.arrivedAt != nil })
        let rate = link.rate
        link.rate = 0
        link.run(.seconds(5), Self.call)
        // Video of 500 ms, and what comes until the queue is looked at again.
        #expect(link.mostQueued < 192 * 1024)
        link.rate = rate
        let end = link.now
        link.run(.seconds(3), Self.call)
        let after = link.packets.filter { ($0.arrivedAt ?? .uptimeNanoseconds(0)) > end + .seconds(1) }
        #expect(try #require(ages(after).last) < .milliseconds(100))
        let fresh = link.packets.filter { $0.sentAt > end && $0.sentAt < link.now - .milliseconds(200) }
        #expect(fresh.allSatisfy { $0.arrivedAt != nil }, "nothing that was sent after the stall is lost")
        let first = try #require(link.packets.filter { $0.payloadClass == .video && $0.sentAt > end }.first?.age)
        #expect(first < .milliseconds(250), "\(first)")
    }

    /// 60 KB on a link of 2 Mbit/s take 240 ms, and TCP's slow start its time before.
    @Test(arguments: [2_000_000.0, 4_000_000])
    func keyFramePassesWhole(bitsPerSecond: Double) throws {
        var link = SimulatedLink(bitsPerSecond: bitsPerSecond)
        for _ in 0..<3 {
            for _ in 0..<50 { link.send(1200) }
            link.run(.seconds(3), Self.call)
        }
        link.run(.seconds(1))
        #expect(link.packets.allSatisfy { $0.arrivedAt != nil })
        let oldest = try #require(ages(link.packets).last)
        #expect(oldest > .milliseconds(150), "the burst was longer than video may be late")
    }

    @Test func aSmallSenderIsNotDroppedForALargeOne() {
        var link = SimulatedLink(bitsPerSecond: 500_000)
        link.run(.seconds(20)) { link, millisecond in
            if millisecond % 6 == 0 { link.send(1200, from: 1) }
            if millisecond % 80 == 0 { link.send(1200, from: 2) }
        }
        let small = link.packets.filter { $0.sender == 2 }.dropLast(5)
        let lost = small.filter { $0.arrivedAt == nil }.count
        #expect(Double(lost) < 0.05 * Double(small.count), "\(lost) of \(small.count)")
        let large = link.packets.filter { $0.sender == 1 }
        #expect(large.filter { $0.arrivedAt == nil }.count > large.count / 2)
    }
}
