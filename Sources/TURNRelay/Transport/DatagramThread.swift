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
        var isStopped = false
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
        let isFirst = inbox.withLock { inbox in
            // After the end nobody would do it, and what it holds would live for ever.
            guard !inbox.isStopped else { return false }
            inbox.work.append(work)
            return inbox.work.count == 1
        }
        // This thread itself looks before it waits again.
        if isFirst, !isCurrent { poller.wake() }
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
            for event in poller.wait(milliseconds: Int32(clamping: wait.nanoseconds / 1_000_000 + 1)) {
                loop.handle(event)
            }
            guard doWork(with: loop) else { return loop.close() }
            let now = NIODeadline.now()
            if now >= nextAdvance {
                loop.advance(to: now)
                nextAdvance = now + Self.interval
            }
            loop.flush()
        }
    }

    /// - Returns: false once it is to stop.
    private func doWork(with loop: DatagramRelayLoop) -> Bool {
        let (work, isStopped) = inbox.withLock { inbox in
            defer { inbox.work.removeAll() }
            return (inbox.work, inbox.isStopped)
        }
        for item in work { item(loop) }
        return !isStopped
    }
}
