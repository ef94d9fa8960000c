// SPDX-License-Identifier: Apache-2.0

import NIOPosix
import Testing

@testable import Server

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct HandshakeThreadsTests {
    private static func priorityOfThisThread() -> CInt { getpriority(0, 0) }

    @Test func theyAloneStandBack() async throws {
        let ordinary = Self.priorityOfThisThread()
        let pool = try await HandshakeThreads.start(count: 2)
        #expect(try await pool.runIfActive { Self.priorityOfThisThread() } == 19)
        #expect(Self.priorityOfThisThread() == ordinary)
        try await pool.shutdownGracefully()
    }
}
