// SPDX-License-Identifier: Apache-2.0

/// What signaling did since it started, with 0 for what has not happened yet. Nothing is counted by what members choose.
package struct SignalCounters: Sendable {
    package internal(set) var connections = 0
    package internal(set) var joins = 0
    /// By `type`.
    package internal(set) var messages = Dictionary(uniqueKeysWithValues: ClientMessage.types.map { ($0, 0) })
    /// `error` messages by `code`.
    package internal(set) var errors = Dictionary(
        uniqueKeysWithValues: SignalError.Code.allCases.map { ($0.rawValue, 0) }
    )
    /// Connections that ended, by why.
    package internal(set) var closes = Dictionary(
        uniqueKeysWithValues: (CloseReason.all.map(\.text) + [Self.closedByClient, Self.cut]).map { ($0, 0) }
    )

    package init() {}

    static let closedByClient = "closed by client"
    static let cut = SessionEnd.cut.text

    mutating func count(_ error: SignalError) {
        errors[error.code.rawValue, default: 0] += 1
    }

    mutating func count(_ end: SessionEnd) {
        // What a client or the network says is never a key: there would be no end of them.
        let reason =
            switch end.party {
            case .server: end.text
            case .client: Self.closedByClient
            case .network: Self.cut
            }
        closes[reason, default: 0] += 1
    }
}

/// The numbers of signaling at one moment.
package struct SignalSnapshot: Sendable {
    package var counters = SignalCounters()
    package var connections = 0
    package var rooms = 0
    /// In rooms.
    package var members = 0
    /// At the doors of rooms.
    package var waiting = 0

    package init() {}
}

extension SignalSnapshot {
    init(_ hub: Hub) {
        counters = hub.counters
        connections = hub.connectionCount
        rooms = hub.roomCount
        members = hub.memberCount
        waiting = hub.rooms.values.reduce(0) { $0 + $1.waiting.count }
    }
}
