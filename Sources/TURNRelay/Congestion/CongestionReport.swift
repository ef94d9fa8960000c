// SPDX-License-Identifier: Apache-2.0

/// That media for somebody in a room arrives faster than their connection takes it. Repeated about every second for as long
/// as it lasts; that it is over is told by no report: whoever is gone needs no farewell.
package struct CongestionReport: Equatable, Sendable {
    /// Where the credential is good.
    package let realm: String
    /// Whom the credential was issued to.
    package let user: String
    package let room: String
    /// Since the last report.
    package let queue: QueueSample

    package init(realm: String, user: String, room: String, queue: QueueSample) {
        self.realm = realm
        self.user = user
        self.room = room
        self.queue = queue
    }
}
