// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether any loop of a server relayed something a moment ago.
final class MediaWatch: Sendable {
    private let busyLoops = Atomic(0)

    var isMediaCarried: Bool { busyLoops.load(ordering: .relaxed) > 0 }

    /// What one loop tells when it looks at its deadlines, some times a second: a packet costs nothing.
    struct Reporter {
        private let watch: MediaWatch
        private var progress = 0
        private var isBusy = false

        init(to watch: MediaWatch) {
            self.watch = watch
        }

        /// - Parameter progress: grows with all that the loop relays.
        mutating func report(_ progress: Int) {
            let isBusy = progress > self.progress
            if isBusy != self.isBusy { watch.busyLoops.add(isBusy ? 1 : -1, ordering: .relaxed) }
            self.progress = progress
            self.isBusy = isBusy
        }
    }
}
