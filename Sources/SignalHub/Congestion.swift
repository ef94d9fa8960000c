// SPDX-License-Identifier: Apache-2.0

/// That media for a member arrives faster than its connection takes it, as whoever relays it sees.
package struct CongestionNote: Hashable, Sendable {
    package let peerID: String
    package let room: String
    /// The longest that something waited.
    package let queueDelay: Duration
    /// What had to go.
    package let dropped: Int

    package init(peerID: String, room: String, queueDelay: Duration, dropped: Int) {
        self.peerID = peerID
        self.room = room
        self.queueDelay = queueDelay
        self.dropped = dropped
    }
}

/// What there is to tell of a member whose media waits. A member has a connection for each other one, so several notes may
/// come where one message is enough.
struct Congestion: Hashable, Sendable {
    private(set) var notedAt: Duration
    private var toldAt: Duration?
    private var queueDelay = Duration.zero
    private var dropped = 0

    init(at now: Duration) {
        notedAt = now
    }

    /// - Returns: what to tell the others now, if anything: the sum of what came since the last time.
    mutating func take(_ note: CongestionNote, limits: SignalLimits, at now: Duration) -> CongestionNote? {
        notedAt = now
        queueDelay = max(queueDelay, note.queueDelay)
        dropped += note.dropped
        if let toldAt, now - toldAt < limits.congestionInterval { return nil }
        defer { (toldAt, queueDelay, dropped) = (now, .zero, 0) }
        return CongestionNote(peerID: note.peerID, room: note.room, queueDelay: queueDelay, dropped: dropped)
    }
}
