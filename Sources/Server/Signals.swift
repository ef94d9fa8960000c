// SPDX-License-Identifier: Apache-2.0

import UnixSignals

enum Signals {
    /// Calls `body` each time the process gets the signal, until the task is cancelled.
    static func forEach(_ signal: UnixSignal, _ body: @Sendable () -> Void) async {
        for await _ in await UnixSignalsSequence(trapping: signal) {
            body()
        }
    }
}
