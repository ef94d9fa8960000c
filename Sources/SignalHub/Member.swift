// SPDX-License-Identifier: Apache-2.0

/// A connection as the hub knows it.
struct Member: Sendable {
    enum Phase: Hashable, Sendable {
        /// Connected, in no room.
        case lobby(since: Duration)
        /// At the door of a room.
        case waiting(room: String)
        case joined(room: String)
        /// To be closed: it is in no room and nothing it says counts any more.
        case closing
    }

    let peerID: String
    let address: String
    var phase: Phase
    var lastHeard: Duration
    var lastPing: Duration
    var budget: RateBudget

    init(peerID: String, address: String, limits: SignalLimits, at now: Duration) {
        self.peerID = peerID
        self.address = address
        self.phase = .lobby(since: now)
        self.lastHeard = now
        self.lastPing = now
        self.budget = RateBudget(limits: limits, at: now)
    }

    var room: String? {
        if case .joined(let room) = phase { room } else { nil }
    }
}
