// SPDX-License-Identifier: Apache-2.0

/// Tells the service manager again and again that this process works. A process that does not is killed and started anew
/// (sd_watchdog_enabled(3)).
struct Watchdog: Sendable {
    /// Half of what the manager waits.
    let interval: Duration

    /// Nil where nobody watches, or another process is meant.
    init?(environment: [String: String], processID: Int32) {
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init), microseconds > 0 else { return nil }
        if let meant = environment["WATCHDOG_PID"], meant != "\(processID)" { return nil }
        interval = .microseconds(microseconds / 2)
    }

    /// Runs until the task is cancelled.
    ///
    /// - Parameter proof: returns when all of the process has shown that it works, and not before.
    func run(_ notifier: ServiceNotifier, proof: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            await proof()
            notifier.send(.watchdog)
            try? await Task.sleep(for: interval)
        }
    }
}
