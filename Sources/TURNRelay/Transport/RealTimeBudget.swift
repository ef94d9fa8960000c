// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import Synchronization

/// How much of the CPUs the relay's threads may take while they have real-time priority.
///
/// With that priority a thread has a CPU as soon as media arrives, whatever else runs there; and nothing else runs there until it waits again.
/// Signaling, handshakes and the other programs of the machine need a CPU, too. So the threads have it as long as they take two thirds
/// of one CPU each at most, and together two thirds of theirs. It says when media is relayed, not how much of it: threads that have more
/// to do are as important as others.
final class RealTimeBudget: Sendable {
    /// In permille, like all shares here.
    static let limitOfThread = 667

    private let limit: Int
    private let used = Atomic(0)
    private let holders = Atomic(0)

    /// - Parameter cpus: that the threads run on.
    init(cpus: Int) {
        limit = cpus * Self.limitOfThread
    }

    /// Threads that have the priority now.
    var threadCount: Int { holders.load(ordering: .relaxed) }

    /// - Returns: whether all threads together stay within the limit.
    fileprivate func replace(_ old: Int, with new: Int) -> Bool {
        used.add(new - old, ordering: .relaxed).newValue <= limit
    }

    fileprivate func count(_ change: Int) {
        holders.add(change, ordering: .relaxed)
    }
}

/// The real-time priority of one thread: whether it has it, and what it takes of the budget.
struct RealTimePriority: ~Copyable {
    /// How often a thread that has something to do looks at what it has taken.
    static let interval = TimeAmount.milliseconds(50)
    /// For how long a thread is as important as others after it, or all together, took too much: those get at least
    /// nine tenths of the time that they would have had without real-time priority.
    static let pause = TimeAmount.seconds(1)

    private let budget: RealTimeBudget
    private var share = 0
    private var isHeld = false
    private var isAllowed = true
    private var reviewedAt: NIODeadline
    private var cpuTime: TimeAmount
    private var pausedUntil = NIODeadline.distantPast

    /// - Parameter cpuTime: that the thread has taken so far.
    init(_ budget: RealTimeBudget, at now: NIODeadline, cpuTime: TimeAmount) {
        self.budget = budget
        reviewedAt = now
        self.cpuTime = cpuTime
    }

    deinit {
        _ = budget.replace(share, with: 0)
        if isHeld { budget.count(-1) }
    }

    /// Gives the thread the priority, or takes it away. To be called on every round, as soon as the time was read: what was done since would count as taken in no time.
    ///
    /// - Parameters:
    ///   - readCPUTime: that the thread has taken.
    ///   - apply: false when the system does not allow it: then it is not asked for the priority again.
    mutating func review(
        at now: NIODeadline,
        cpuTime readCPUTime: () -> TimeAmount = { .nanoseconds(WorkerThread.cpuTime) },
        apply: (SchedulingPolicy) -> Bool = { $0.apply() }
    ) {
        guard isAllowed, now - reviewedAt >= Self.interval else { return }
        if !isWithinLimits(at: now, cpuTime: readCPUTime()) { pausedUntil = now + Self.pause }
        let isWanted = now >= pausedUntil
        guard isWanted != isHeld else { return }
        guard apply(isWanted ? .realTime : .ordinary) else {
            // What must end is tried again.
            isAllowed = !isWanted
            return
        }
        isHeld = isWanted
        budget.count(isHeld ? 1 : -1)
    }

    private mutating func isWithinLimits(at now: NIODeadline, cpuTime: TimeAmount) -> Bool {
        let taken = (cpuTime - self.cpuTime).nanoseconds * 1000 / (now - reviewedAt).nanoseconds
        defer { share = Int(taken) }
        reviewedAt = now
        self.cpuTime = cpuTime
        let isEverybodyWithin = budget.replace(share, with: Int(taken))
        return isEverybodyWithin && taken <= RealTimeBudget.limitOfThread
    }
}
