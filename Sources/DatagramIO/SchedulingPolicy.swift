// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// When the system runs a thread that has something to do; see sched(7).
package enum SchedulingPolicy: Sendable {
    /// When nobody else wants the CPU. Also the threads that the thread makes.
    case idle
    /// In turn with others.
    case ordinary
    /// At once, before all that are not real-time, and in turn with those that are, which may take its CPU whole.
    case realTime

    /// SCHED_IDLE, which not all C libraries name.
    private static let idleNumber: CInt = 5
    /// SCHED_RESET_ON_FORK, likewise: threads that the thread makes, like those of Swift's executor when it resumes a task, are ordinary. Nobody
    /// without privileges may take the flag away again.
    private static let resetOnFork: CInt = 0x4000_0000
    /// The lowest: there are no others here, and all of them come before ordinary threads.
    private static let realTimePriority: CInt = 1

    private var number: CInt {
        switch self {
        case .idle: Self.idleNumber
        case .ordinary: SCHED_OTHER | Self.resetOnFork
        case .realTime: SCHED_RR | Self.resetOnFork
        }
    }

    /// Gives it to the thread that calls this.
    ///
    /// - Returns: false where it is not allowed: real-time needs RLIMIT_RTPRIO of 1, or CAP_SYS_NICE.
    package func apply() -> Bool {
        var parameters = sched_param()
        parameters.sched_priority = self == .realTime ? Self.realTimePriority : 0
        // Not sched_setscheduler, which musl does not have.
        return unsafe pthread_setschedparam(pthread_self(), number, &parameters) == 0
    }
}
