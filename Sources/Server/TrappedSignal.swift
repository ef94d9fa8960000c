// SPDX-License-Identifier: Apache-2.0

import UnixSignals

/// Signals that do not end the process from now on, and are waited for.
struct TrappedSignal: Sendable {
    private let signals: UnixSignalsSequence

    init(_ signals: UnixSignal...) async {
        self.signals = await UnixSignalsSequence(trapping: signals)
    }

    /// Calls `body` each time the process gets one, until the task is cancelled.
    func forEach(_ body: @Sendable () async -> Void) async {
        for await _ in signals { await body() }
    }
}
