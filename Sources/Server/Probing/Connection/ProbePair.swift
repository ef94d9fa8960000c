// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNClient

/// Two allocations with a channel to each other.
struct ProbePair {
    let first: TURNConnection
    let second: TURNConnection
    let channel: ChannelNumber

    private static let timeout = Duration.seconds(5)
    private static let roundTrips = 50
    private static let payloadLength = 1000
    /// What is under way at once: below what a relay queues, so that a slow network loses nothing here.
    private static let window = 48
    private static let throughputTime = Duration.seconds(1)

    /// Sends payloads there and back, one at a time, compares them, and gives the round-trip times.
    func compareAndMeasure() async throws -> String {
        var there = second.data.makeAsyncIterator()
        var back = first.data.makeAsyncIterator()
        var times: [Duration] = []
        let clock = ContinuousClock()
        let deadline = scheduleEnd(Self.timeout)
        defer { deadline.cancel() }
        for number in 0..<Self.roundTrips {
            let payload = payload(number)
            let start = clock.now
            first.send(payload, on: channel)
            try expect(payload, await there.next())
            second.send(payload, on: channel)
            try expect(payload, await back.next())
            times.append(clock.now - start)
        }
        times.sort()
        let text = [times[times.count / 2], times[0], times[times.count - 1]].map(milliseconds)
        return "\(Self.roundTrips) payloads of \(Self.payloadLength) bytes there and back are equal;"
            + " round trip through two relays \(text[0]) (\(text[1]) to \(text[2]))"
    }

    /// Sends for a second with a bounded window, and counts what arrives.
    func throughput() async throws -> String {
        var arriving = second.data.makeAsyncIterator()
        let clock = ContinuousClock()
        let deadline = scheduleEnd(Self.timeout + Self.throughputTime)
        defer { deadline.cancel() }
        let start = clock.now
        var received = 0
        repeat {
            for number in 0..<Self.window { first.send(payload(number), on: channel) }
            for number in 0..<Self.window {
                try expect(payload(number), await arriving.next())
                received += 1
            }
        } while clock.now - start < Self.throughputTime
        let seconds = (clock.now - start) / .seconds(1)
        let megabits = Double(received * Self.payloadLength * 8) / seconds / 1_000_000
        return "\((megabits * 10).rounded() / 10) Mbit/s one way with \(Self.window) packets under way, none lost"
    }

    /// Begins like DTLS, which a relay that drops by worth keeps longest.
    private func payload(_ number: Int) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: [22, UInt8(truncatingIfNeeded: number)])
        buffer.writeBytes((2..<Self.payloadLength).map { UInt8(truncatingIfNeeded: $0 &* (number + 3)) })
        return buffer
    }

    private func expect(_ payload: ByteBuffer, _ data: RelayedData?) throws {
        guard let data else { throw ProbeFailure(text: "data does not arrive") }
        guard data.payload == payload else { throw ProbeFailure(text: "data arrives changed") }
    }

    /// Ends the connections when the time is over, which ends the wait for data.
    private func scheduleEnd(_ time: Duration) -> Scheduled<Void> {
        first.channel.eventLoop.scheduleTask(in: TimeAmount(time)) { [first, second] in
            first.channel.close(promise: nil)
            second.channel.close(promise: nil)
        }
    }

    private func milliseconds(_ duration: Duration) -> String {
        "\(((duration / .milliseconds(1)) * 100).rounded() / 100) ms"
    }
}
