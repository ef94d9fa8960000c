// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What the send queue of a client was like for a while.
package struct QueueSample: Equatable, Sendable {
    /// The longest that a payload waited, sent or not.
    package var delay: TimeAmount
    /// Payloads that had to go because the client is slower than its media.
    package var dropped: Int

    package init(delay: TimeAmount = .zero, dropped: Int = 0) {
        self.delay = delay
        self.dropped = dropped
    }

    mutating func add(_ other: QueueSample) {
        delay = max(delay, other.delay)
        dropped += other.dropped
    }
}
