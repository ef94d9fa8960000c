// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the system says of threads that asked for a policy.
struct SchedulingPolicyTests {
    private static let resetOnFork: CInt = 0x4000_0000

    private struct Observation: Sendable {
        let isAllowed: Bool
        let own: CInt
        let child: CInt
    }

    /// In a thread of its own, which takes `policies` in turn and then makes another.
    private func observe(_ policies: [SchedulingPolicy]) async -> Observation {
        await withCheckedContinuation { continuation in
            start {
                let isAllowed = policies.allSatisfy { $0.apply() }
                let own = sched_getscheduler(0)
                start {
                    continuation.resume(
                        returning: Observation(isAllowed: isAllowed, own: own, child: sched_getscheduler(0))
                    )
                }
            }
        }
    }

    private func start(_ body: @escaping @Sendable () -> Void) {
        do { try WorkerThread.start(body) } catch { fatalError("no thread: \(error)") }
    }

    /// Where the system allows it, as for root outside of containers.
    @Test func `a real-time thread makes ordinary ones`() async {
        let seen = await observe([.realTime])
        #expect(seen.own == (seen.isAllowed ? SCHED_RR | Self.resetOnFork : SCHED_OTHER))
        #expect(seen.child == SCHED_OTHER)
    }

    @Test func `it is ordinary again`() async {
        let seen = await observe([.realTime, .ordinary])
        #expect(seen.own & ~Self.resetOnFork == SCHED_OTHER)
        #expect(seen.child == SCHED_OTHER)
    }

    @Test func `a thread that waits for an idle CPU makes others that do`() async {
        let seen = await observe([.idle])
        #expect(seen.isAllowed)
        #expect(seen.own == 5)
        #expect(seen.child == 5)
    }

    @Test func `the clock of a thread is its own`() async {
        let (busy, fresh) = await withCheckedContinuation { continuation in
            start {
                while WorkerThread.cpuTime < 2_000_000 {}
                let busy = WorkerThread.cpuTime
                start { continuation.resume(returning: (busy, WorkerThread.cpuTime)) }
            }
        }
        #expect(fresh < busy)
    }
}
