// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import Testing

@testable import TURNRelay

/// Who has real-time priority, by what threads say they have taken.
struct RealTimeBudgetTests {
    /// A thread as the system would have it.
    private final class Thread {
        private var now = NIODeadline.uptimeNanoseconds(0)
        private var taken = TimeAmount.zero
        private var priority: RealTimePriority
        /// What was asked for, and how often its clock was read.
        var policies: [SchedulingPolicy] = []
        var reads = 0
        var isAllowed = true

        init(_ budget: RealTimeBudget) {
            priority = RealTimePriority(budget, at: now, cpuTime: taken)
        }

        var isRealTime: Bool { policies.last == .realTime }

        /// - Parameter share: of a CPU, in percent, that the thread takes.
        func run(milliseconds: Int64, share: Int64, round: Int64 = 1) {
            for _ in 0..<milliseconds / round {
                now = now + .milliseconds(round)
                taken = taken + .microseconds(10 * round * share)
                priority.review(
                    at: now,
                    cpuTime: {
                        reads += 1
                        return taken
                    },
                    apply: {
                        policies.append($0)
                        return isAllowed
                    }
                )
            }
        }
    }

    private let budget = RealTimeBudget(cpus: 1)

    @Test func `a thread that leaves a third of the CPU has it`() {
        let thread = Thread(budget)
        thread.run(milliseconds: 49, share: 10)
        #expect(thread.policies == [])
        thread.run(milliseconds: 10_000, share: 66)
        #expect(thread.policies == [.realTime])
        #expect(budget.threadCount == 1)
    }

    @Test func `one that takes more is ordinary, and tries again after a second`() {
        let thread = Thread(budget)
        thread.run(milliseconds: 1000, share: 10)
        thread.run(milliseconds: 100, share: 100)
        #expect(thread.policies == [.realTime, .ordinary])
        #expect(budget.threadCount == 0)
        thread.run(milliseconds: 900, share: 10)
        #expect(thread.policies == [.realTime, .ordinary])
        thread.run(milliseconds: 200, share: 10)
        #expect(thread.policies == [.realTime, .ordinary, .realTime])
    }

    /// Where others leave it less, it looks as if it wanted less.
    @Test func `of one that wants all, others lose a twentieth of their time`() {
        let thread = Thread(budget)
        var realTime = 0
        for _ in 0..<1000 {
            if thread.isRealTime { realTime += 1 }
            thread.run(milliseconds: 10, share: thread.isRealTime ? 100 : 50)
        }
        #expect(realTime > 0 && realTime <= 50)
    }

    @Test func `several threads share`() {
        let two = RealTimeBudget(cpus: 2)
        for (budget, expected) in [(budget, 0), (two, 2)] {
            let one = Thread(budget)
            let other = Thread(budget)
            for _ in 0..<100 {
                one.run(milliseconds: 10, share: 5)
                other.run(milliseconds: 10, share: 60)
            }
            #expect(budget.threadCount == 2)
            for _ in 0..<5 {
                one.run(milliseconds: 10, share: 40)
                other.run(milliseconds: 10, share: 60)
            }
            #expect(budget.threadCount == expected)
        }
    }

    /// However much CPU there is beside it: what belongs to that CPU alone would wait.
    @Test func `no thread takes a CPU whole`() {
        let many = RealTimeBudget(cpus: 64)
        let thread = Thread(many)
        thread.run(milliseconds: 1000, share: 70)
        #expect(many.threadCount == 0)
    }

    @Test func `what a thread had is free after it`() {
        do {
            let thread = Thread(budget)
            thread.run(milliseconds: 1000, share: 60)
            #expect(budget.threadCount == 1)
        }
        #expect(budget.threadCount == 0)
        let next = Thread(budget)
        next.run(milliseconds: 1000, share: 60)
        #expect(next.isRealTime)
    }

    @Test func `where it is not allowed, it is asked for once`() {
        let thread = Thread(budget)
        thread.isAllowed = false
        thread.run(milliseconds: 10_000, share: 10)
        #expect(thread.policies == [.realTime])
        #expect(budget.threadCount == 0)
    }

    @Test func `where the system does not take it away, that is tried again`() {
        let thread = Thread(budget)
        thread.run(milliseconds: 1000, share: 10)
        thread.isAllowed = false
        thread.run(milliseconds: 100, share: 100)
        #expect(budget.threadCount == 1)
        thread.isAllowed = true
        thread.run(milliseconds: 100, share: 100)
        #expect(thread.policies == [.realTime, .ordinary, .ordinary, .ordinary])
        #expect(budget.threadCount == 0)
    }

    @Test func `the clock of the thread is not read on every round`() {
        let thread = Thread(budget)
        thread.run(milliseconds: 1000, share: 10)
        #expect(thread.reads == 20)
    }

    /// Threads without events look at deadlines four times a second.
    @Test func `long rounds count whole`() {
        let thread = Thread(budget)
        thread.run(milliseconds: 1000, share: 60, round: 250)
        #expect(thread.isRealTime)
        thread.run(milliseconds: 250, share: 70, round: 250)
        #expect(!thread.isRealTime)
    }
}
