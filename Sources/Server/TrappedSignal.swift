// SPDX-License-Identifier: Apache-2.0

import UnixSignals

/// A signal that does not end the process from now on, and is waited for.
struct TrappedSignal: Sendable {
    private let signals: UnixSignalsSequence

    init(_ signal: UnixSignal) async {
        signals = await UnixSignalsSequence(trapping: signal)
    }

    /// Calls `body` each time the process gets the signal, until the task is cancelled.
    func forEach(_ body: @Sendable () async -> Void) async {
        for await _ in signals { await body() }
    }
}
