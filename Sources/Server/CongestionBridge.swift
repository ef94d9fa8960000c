// SPDX-License-Identifier: Apache-2.0

import NIOCore
import SignalHub
import TURNRelay

/// Takes what the relay sees of its clients to the rooms of the members that they are: the user of a credential that
/// ``ICEServers`` issued is a member's id.
struct CongestionBridge: Sendable {
    /// That those credentials are for. Other realms may have users and rooms of the same names.
    let realm: String
    let tell: @Sendable (CongestionNote) -> Void

    func pass(_ report: CongestionReport) {
        guard report.realm == realm else { return }
        tell(
            CongestionNote(
                peerID: report.user,
                room: report.room,
                queueDelay: .nanoseconds(report.queue.delay.nanoseconds),
                dropped: report.queue.dropped
            )
        )
    }
}
