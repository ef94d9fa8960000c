// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the relay's threads come before.
enum MediaFirst {
    /// Of nice(2): a third of the weight of the relay's threads.
    private static let niceness: CInt = 5

    /// Has the thread that calls this, and those that it makes, wait for the relay where both want one CPU.
    ///
    /// With the same weight, a thread of the relay that is woken beside another waits until that has nothing to do, and then, now and
    /// then, for a handshake, too: the scheduler owes something even to a thread that is to run when nobody else wants the CPU.
    static func yieldToRelay() {
        // Of this thread alone, as Linux has it.
        _ = nice(niceness)
    }
}
