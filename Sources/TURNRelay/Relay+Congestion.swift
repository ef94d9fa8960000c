// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import TURNCredentials

extension Relay {
    /// Takes what the queue of a client has been like since the last time, each time that deadlines are looked at.
    ///
    /// - Returns: what to tell whoever sends to it. Nothing about clients that are in no room: nobody is known to ask.
    package func noteQueue(_ sample: QueueSample, of id: ClientID, at now: NIODeadline) -> CongestionReport? {
        guard let client = clients[id], let credential = client.allocation?.credential, let room = credential.scope,
            let queue = client.congestion.take(sample, limit: configuration.sendQueue.videoAge, at: now)
        else { return nil }
        return CongestionReport(realm: client.realm.name, user: credential.user, room: room.name, queue: queue)
    }
}
