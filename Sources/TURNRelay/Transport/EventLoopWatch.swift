// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Sees how late an event loop comes to what is due.
final class EventLoopWatch: Sendable {
    private static let interval = TimeAmount.milliseconds(250)

    private final class Record {
        var delays = DelayHistogram()
        var nextTick: NIODeadline?

        func tick(every interval: TimeAmount) {
            if let nextTick { delays.add(.now() - nextTick) }
            nextTick = .now() + interval
        }
    }

    private let eventLoop: any EventLoop
    private let record: Confined<Record>
    private let ticks: RepeatedTask

    init(_ eventLoop: any EventLoop) {
        let record = Confined(Record(), to: EventLoopThread(eventLoop))
        self.eventLoop = eventLoop
        self.record = record
        ticks = eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            record.value.tick(every: Self.interval)
        }
    }

    /// Returns when the event loop has done what it was given before: one that hangs never does.
    func delays() async -> DelayHistogram {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [record] in continuation.resume(returning: record.value.delays) }
        }
    }

    func stop() {
        ticks.cancel()
    }
}
