// SPDX-License-Identifier: Apache-2.0

import UnixSignals

/// Ctrl-C, and what a service manager sends.
enum Interruption {
    /// Returns at the first of the signals, or when the task is cancelled.
    static func wait() async {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
    }
}
