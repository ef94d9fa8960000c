// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The time of an event, passed into the relay: a clock that never jumps for lifetimes, and the wall clock that
/// expiries of credentials and nonces are written in.
package struct Moment: Hashable, Sendable {
    package var uptime: NIODeadline
    /// Seconds since 1970.
    package var unixTime: Int64

    package init(uptime: NIODeadline, unixTime: Int64) {
        self.uptime = uptime
        self.unixTime = unixTime
    }
}
