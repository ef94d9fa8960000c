// SPDX-License-Identifier: Apache-2.0

import Dispatch
import NIOCore
import NIOPosix
import Testing

@testable import Server

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct HandshakeThreadsTests {
    /// SCHED_IDLE of sched(7), which not all C libraries name.
    private let idle: CInt = 5
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// How the kernel schedules the thread of a step (sched(7)).
    private func policy(of threads: HandshakeThreads) -> EventLoopFuture<CInt> {
        let promise = loop.makePromise(of: CInt.self)
        threads.submit { _ in promise.succeed(sched_getscheduler(0)) }
        return promise.futureResult
    }

    @Test func theyStandBack() async throws {
        let ordinary = sched_getscheduler(0)
        let threads = try await HandshakeThreads.start(count: 1, eventLoop: loop)
        #expect(try await policy(of: threads).get() == idle)
        #expect(try await loop.submit { sched_getscheduler(0) }.get() == ordinary)
        try await threads.shutdownGracefully()
    }

    /// A few steps wait for a CPU that others take whole, and the next ones do not.
    @Test func theyDoNotStarve() async throws {
        let ordinary = sched_getscheduler(0)
        let threads = try await HandshakeThreads.start(count: 1, eventLoop: loop)
        let gate = DispatchSemaphore(value: 0)
        let steps = (0..<4).map { _ in loop.makePromise(of: Void.self) }
        for step in steps {
            threads.submit { _ in
                gate.wait()
                step.succeed()
            }
        }
        let next = policy(of: threads)
        for step in steps {
            gate.signal()
            try await step.futureResult.get()
        }
        #expect(try await next.get() == ordinary)
        try await threads.shutdownGracefully()
    }
}
