// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension Relay {
    /// Whether a payload from a client, or for it, is within the bandwidth of its allocation, user and realm.
    func admit(_ bytes: Int, of id: ClientID, at now: NIODeadline) -> Bool {
        guard limitsBandwidth, let client = clients[id] else { return true }
        return client.allocation?.meter?.admit(bytes, at: now) != false
    }
}
