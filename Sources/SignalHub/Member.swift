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

    /// Another one when it takes the seat of a connection that was lost.
    var peerID: String
    /// What it may take its seat back with.
    let token: ResumeToken
    let address: String
    var phase: Phase
    var lastHeard: Duration
    var lastPing: Duration
    /// How many messages it had been told before the last ping.
    var toldBeforePing = 0
    /// Whether its seat is to be held when the connection is lost.
    var wantsSeat = false
    var budget: RateBudget

    init(peerID: String, token: ResumeToken, address: String, limits: SignalLimits, at now: Duration) {
        self.peerID = peerID
        self.token = token
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
