// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Logging
import NIOPosix
import STUNCodec
import Synchronization
import TestSupport
import Testing

@testable import TURNRelay

/// What is given to a thread from others.
struct PollerThreadTests {
    private final class Done: Sendable {
        private let list = Mutex<[[Int]]>(Array(repeating: [], count: 8))

        func note(_ number: Int, of task: Int) {
            list.withLock { $0[task].append(number) }
        }

        var numbers: [[Int]] { list.withLock { $0 } }
    }

    private func makeThread(_ realTime: RealTimeBudget = RealTimeBudget(cpus: 1)) throws -> StreamThread {
        let thread = try StreamThread(realTime)
        let loop = StreamRelayLoop(
            relay: try Bench().relay,
            poller: thread.poller,
            peers: PeerSocketsAccess(eventLoop: MultiThreadedEventLoopGroup.singleton.next(), relay: thread),
            media: MediaWatch(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            onCongestion: { _ in }
        )
        try thread.start(Confined(loop, to: thread))
        return thread
    }

    @Test func `all is done once, and what one thread asks for in its order`() async throws {
        let thread = try makeThread()
        let done = Done()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { @Sendable in
                    for number in 0..<500 { thread.execute { _ in done.note(number, of: task) } }
                }
            }
        }
        await thread.stop()
        #expect(done.numbers == Array(repeating: Array(0..<500), count: 8))
    }

    @Test func `what it gives itself is done, too`() async throws {
        let thread = try makeThread()
        await withCheckedContinuation { continuation in
            thread.execute { _ in thread.execute { _ in thread.execute { _ in continuation.resume() } } }
        }
        await thread.stop()
    }

    @Test func `what was asked for before the end is done, and nothing is taken after it`() async throws {
        let thread = try makeThread()
        let count = Atomic(0)
        for _ in 0..<100 { thread.execute { _ in count.add(1, ordering: .relaxed) } }
        await thread.stop()
        #expect(count.load(ordering: .relaxed) == 100)
        #expect(!thread.execute { _ in count.add(1, ordering: .relaxed) })
        await thread.stop()
        #expect(count.load(ordering: .relaxed) == 100)
    }

    /// Where the system allows it, as for root outside of containers.
    @Test(.timeLimit(.minutes(1))) func `it has real-time priority until its end`() async throws {
        let budget = RealTimeBudget(cpus: 1)
        let thread = try makeThread(budget)
        let isAllowed = await withCheckedContinuation { continuation in
            thread.execute { _ in continuation.resume(returning: SchedulingPolicy.realTime.apply()) }
        }
        while isAllowed, budget.threadCount == 0 { await Task.yield() }
        await thread.stop()
        #expect(budget.threadCount == 0)
    }
}
