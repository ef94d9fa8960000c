// SPDX-License-Identifier: Apache-2.0

/// One WebSocket connection; never used twice in the life of a server.
package struct ConnectionID: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// What the transport has to do after an event, in the order given.
package enum HubAction: Hashable, Sendable {
    case send(String, to: ConnectionID)
    /// - Parameter number: to be given to ``Hub/hear(_:answering:at:)`` when the ping is answered.
    case ping(ConnectionID, number: Int)
    /// Messages of a connection that is closing are ignored; it counts until ``Hub/disconnect(_:at:)``.
    case close(ConnectionID, CloseReason)

    var connection: ConnectionID {
        switch self {
        case .send(_, let id), .ping(let id, _), .close(let id, _): id
        }
    }
}
