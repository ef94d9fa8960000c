// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import Synchronization

/// A thread that waits for datagrams, and does what other threads ask it to.
final class DatagramThread: RelayThread {
    /// How often deadlines are looked at.
    private static let interval = TimeAmount.milliseconds(250)

    private struct Inbox {
        var work: [@Sendable (DatagramRelayLoop) -> Void] = []
        /// The thread looks in here before it waits again.
        var isWakeUnderWay = false
        var isStopped = false

        /// - Returns: false after the end: nobody would do it, and what it holds would live for ever.
        mutating func append(_ item: @escaping @Sendable (DatagramRelayLoop) -> Void) -> Bool {
            if !isStopped { work.append(item) }
            return !isStopped
        }
    }

    let poller: Poller
    private let inbox = Mutex(Inbox())
    private let identity = Atomic<UInt>(0)

    init() throws(SystemCallError) {
        poller = try Poller()
    }

    var isCurrent: Bool { identity.load(ordering: .relaxed) == WorkerThread.currentIdentity }

    func execute(_ work: @escaping @Sendable () -> Void) {
        execute { _ in work() }
    }

    /// Has work done with the loop that runs here: soon, and in the order that it was asked for.
    func execute(_ work: @escaping @Sendable (DatagramRelayLoop) -> Void) {
        let isAsleep = inbox.withLock { inbox in
            guard inbox.append(work), !inbox.isWakeUnderWay else { return false }
            inbox.isWakeUnderWay = true
            return true
        }
        // This thread itself looks before it waits again.
        if isAsleep, !isCurrent { poller.wake() }
    }

    /// Has a socket served. Its first datagram wakes the thread, which takes the socket over before that: to wake it now
    /// would be a tenth of what an allocation costs.
    func serve(
        _ socket: DatagramSocket,
        serial: UInt64,
        purpose: DatagramPort.Purpose,
        vantage: DiscoveryVantage? = nil
    ) throws(SystemCallError) {
        try poller.add(socket.descriptor)
        _ = inbox.withLock { inbox in
            inbox.append { $0.add(DatagramPort(socket, serial: serial, purpose: purpose, vantage: vantage)) }
        }
    }

    // MARK: Life

    /// Runs a loop until `stop`, then lets go of it.
    func start(_ loop: Confined<DatagramRelayLoop>) throws(SystemCallError) {
        try WorkerThread.start { [self] in
            identity.store(WorkerThread.currentIdentity, ordering: .relaxed)
            run(loop.value)
        }
    }

    /// The thread ends soon after.
    func stop() {
        inbox.withLock { $0.isStopped = true }
        poller.wake()
    }

    private func run(_ loop: DatagramRelayLoop) {
        var nextAdvance = NIODeadline.now() + Self.interval
        while true {
            let wait = max(.zero, nextAdvance - .now())
            let events = poller.wait(milliseconds: Int32(clamping: wait.nanoseconds / 1_000_000 + 1))
            // Of sockets that have only just come.
            guard doWork(with: loop) else { return loop.close() }
            for event in events { loop.handle(event) }
            // What the events gave to do.
            guard doWork(with: loop) else { return loop.close() }
            let now = NIODeadline.now()
            if now >= nextAdvance {
                loop.counters.tickDelays.add(now - nextAdvance)
                loop.advance(to: now)
                nextAdvance = now + Self.interval
            }
            loop.flush()
        }
    }

    /// - Returns: false once it is to stop.
    private func doWork(with loop: DatagramRelayLoop) -> Bool {
        let (work, isStopped) = inbox.withLock { inbox in
            defer {
                inbox.work.removeAll()
                inbox.isWakeUnderWay = false
            }
            return (inbox.work, inbox.isStopped)
        }
        for item in work { item(loop) }
        return !isStopped
    }
}
