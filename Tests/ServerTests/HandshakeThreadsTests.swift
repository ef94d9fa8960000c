// SPDX-License-Identifier: Apache-2.0

import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Server

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct HandshakeThreadsTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// The priority that a step is run with.
    private func priority(of threads: HandshakeThreads) async throws -> CInt {
        let promise = loop.makePromise(of: CInt.self)
        threads.submit { _ in promise.succeed(getpriority(0, 0)) }
        return try await promise.futureResult.get()
    }

    @Test func theyStandBack() async throws {
        let threads = try await HandshakeThreads.start(count: 1, eventLoop: loop)
        #expect(try await priority(of: threads) == 19)
        #expect(try await loop.submit { getpriority(0, 0) }.get() < 19)
        try await threads.shutdownGracefully()
    }

    /// A few steps wait for a CPU that others take whole, and the next ones do not.
    @Test func theyDoNotStarve() async throws {
        let threads = try await HandshakeThreads.start(count: 1, eventLoop: loop)
        let gate = DispatchSemaphore(value: 0)
        let done = Mutex(0)
        for _ in 0..<8 {
            threads.submit { _ in
                gate.wait()
                done.withLock { $0 += 1 }
            }
        }
        #expect(try await priority(of: threads) < 19)
        for _ in 0..<8 { gate.signal() }
        while done.withLock({ $0 }) < 8 { await Task.yield() }
        try await threads.shutdownGracefully()
    }
}
