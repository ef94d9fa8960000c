// SPDX-License-Identifier: Apache-2.0

/// A member that is not in its room any more.
package struct Departure: Equatable, Sendable {
    package enum Reason: String, Sendable {
        /// It said so.
        case left
        /// Its connection ended, and no seat was held.
        case connectionEnded = "connection ended"
        /// Its seat was held, and nobody came back to it.
        case seatExpired = "did not come back"
        /// More was said to it while it was away than is kept, or the seat could not be taken up again.
        case seatGivenUp = "seat given up"
        case serverStopping = "server is stopping"
        case removed = "removed by an administrator"
    }

    package let peerID: String
    package let reason: Reason
    /// In the room.
    package let duration: Duration
}
