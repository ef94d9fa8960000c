// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import Synchronization

/// What runs on a ``PollerThread``.
protocol PolledLoop: RelayLoop, SendableMetatype {
    /// Something has happened to a socket.
    func handle(_ event: Poller.Event)
    /// Sends what there is to send. Called after events and after work, however much of that there was.
    func flush()
    /// - Parameter delay: between when deadlines were to be looked at, and when that was done.
    func countTickDelay(_ delay: TimeAmount)
    /// Closes all sockets. Nothing happens afterwards.
    func close()
}

/// A thread that waits for its sockets, and does what other threads ask it to.
final class PollerThread<Loop: PolledLoop>: RelayThread {
    /// How often deadlines are looked at.
    private static var interval: TimeAmount { .milliseconds(250) }

    private struct Inbox {
        var work: [@Sendable (Loop) -> Void] = []
        /// The thread looks in here before it waits again.
        var isWakeUnderWay = false
        var isStopped = false
        /// Called when the thread has ended; nil once it has.
        var ended: [@Sendable () -> Void]? = []
    }

    let poller: Poller
    private let realTime: RealTimeBudget
    private let inbox = Mutex(Inbox())
    /// Whether there is work in the inbox: most rounds find none, and need no lock to see that.
    private let hasWork = Atomic(false)
    /// Nothing gets into the inbox any more.
    private let isStopped = Atomic(false)
    private let identity = Atomic<UInt>(0)

    /// - Parameter realTime: the budget of this thread and those beside it.
    init(_ realTime: RealTimeBudget) throws(SystemCallError) {
        poller = try Poller()
        self.realTime = realTime
    }

    var isCurrent: Bool { identity.load(ordering: .relaxed) == WorkerThread.currentIdentity }

    func execute(_ work: @escaping @Sendable () -> Void) {
        execute { (_: Loop) in work() }
    }

    /// Has work done with the loop that runs here: soon, and in the order that it was asked for.
    ///
    /// - Returns: false when the thread has been stopped: it is not done.
    @discardableResult
    func execute(_ work: @escaping @Sendable (Loop) -> Void) -> Bool {
        let (isTaken, isAsleep) = inbox.withLock { inbox in
            guard append(work, to: &inbox) else { return (false, false) }
            defer { inbox.isWakeUnderWay = true }
            return (true, !inbox.isWakeUnderWay)
        }
        // This thread itself looks before it waits again.
        if isAsleep, !isCurrent { poller.wake() }
        return isTaken
    }

    /// Has work done before the next event is handled, and does not wake the thread for it.
    func prepare(_ work: @escaping @Sendable (Loop) -> Void) {
        _ = inbox.withLock { append(work, to: &$0) }
    }

    /// - Returns: false after the end: nobody would do it, and what it holds would live for ever.
    private func append(_ item: @escaping @Sendable (Loop) -> Void, to inbox: inout Inbox) -> Bool {
        guard !inbox.isStopped else { return false }
        inbox.work.append(item)
        hasWork.store(true, ordering: .releasing)
        return true
    }

    // MARK: Life

    /// Runs a loop until `stop`, then lets go of it.
    func start(_ loop: Confined<Loop>) throws(SystemCallError) {
        try WorkerThread.start { [self] in
            identity.store(WorkerThread.currentIdentity, ordering: .relaxed)
            run(loop.value)
        }
    }

    /// The thread, which runs, closes all that its loop has, and ends.
    func stop() async {
        await withCheckedContinuation { continuation in
            stop { continuation.resume() }
        }
    }

    /// - Parameter ended: called at the end of the thread.
    func stop(_ ended: @escaping @Sendable () -> Void) {
        let hasEnded = inbox.withLock { inbox in
            inbox.isStopped = true
            inbox.ended?.append(ended)
            return inbox.ended == nil
        }
        if hasEnded { return ended() }
        isStopped.store(true, ordering: .releasing)
        poller.wake()
    }

    private func run(_ loop: Loop) {
        serve(loop)
        doWork(with: loop)
        loop.flush()
        loop.close()
        for ended in inbox.withLock({ $0.ended.take() }) ?? [] { ended() }
    }

    /// Returns when the thread has been stopped.
    private func serve(_ loop: Loop) {
        let start = NIODeadline.now()
        var nextAdvance = start + Self.interval
        var priority = RealTimePriority(realTime, at: start, cpuTime: .nanoseconds(WorkerThread.cpuTime))
        var events: [Poller.Event] = []
        while !isStopped.load(ordering: .acquiring) {
            poller.wait(milliseconds: pause(until: nextAdvance), into: &events)
            // Of sockets that have only just come.
            doWork(with: loop)
            for event in events { loop.handle(event) }
            let now = NIODeadline.now()
            priority.review(at: now)
            if now >= nextAdvance {
                loop.countTickDelay(now - nextAdvance)
                loop.advance(to: now)
                nextAdvance = now + Self.interval
            }
            loop.flush()
            // What the events gave to do.
            if doWork(with: loop) { loop.flush() }
        }
    }

    /// How long to wait for events, in milliseconds. This thread does not wake itself for what it has given itself to do.
    private func pause(until deadline: NIODeadline) -> Int32 {
        guard !hasWork.load(ordering: .relaxed) else { return 0 }
        return Int32(clamping: max(0, (deadline - .now()).nanoseconds) / 1_000_000 + 1)
    }

    /// - Returns: whether there was any.
    @discardableResult
    private func doWork(with loop: Loop) -> Bool {
        guard hasWork.load(ordering: .acquiring) else { return false }
        let work = inbox.withLock { inbox in
            defer {
                inbox.work.removeAll()
                inbox.isWakeUnderWay = false
                hasWork.store(false, ordering: .relaxed)
            }
            return inbox.work
        }
        for item in work { item(loop) }
        return true
    }
}

/// Waits for datagrams.
typealias DatagramThread = PollerThread<DatagramRelayLoop>

extension DatagramThread {
    /// Has a socket served. Its first datagram wakes the thread, which takes the socket over before that: to wake it now
    /// would be a tenth of what an allocation costs.
    func serve(
        _ socket: DatagramSocket,
        serial: UInt64,
        purpose: DatagramPort.Purpose,
        vantage: DiscoveryVantage? = nil
    ) throws(SystemCallError) {
        try poller.add(socket.descriptor)
        prepare { $0.add(DatagramPort(socket, serial: serial, purpose: purpose, vantage: vantage)) }
    }
}
