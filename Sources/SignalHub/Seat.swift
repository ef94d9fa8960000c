// SPDX-License-Identifier: Apache-2.0

/// The place in a room of a member that can come back to it by another connection.
struct Seat: Sendable {
    /// Nobody is connected.
    struct Hold: Sendable {
        /// Where its member was connected from.
        let address: String
        let until: Duration
    }

    let peerID: String
    let room: String
    private(set) var token: ResumeToken
    /// The one before is good until the member has shown that it knows the new one: the answer that told it may be lost.
    private var formerToken: ResumeToken?
    var outbox = Outbox()
    /// Messages of the member since it has the seat.
    private(set) var received = 0
    var hold: Hold?

    init(peerID: String, room: String, token: ResumeToken) {
        self.peerID = peerID
        self.room = room
        self.token = token
    }

    func opens(to given: String) -> Bool {
        // Both are looked at, whichever it is.
        let (isToken, isFormer) = (token.isShown(by: given), formerToken?.isShown(by: given) == true)
        return isToken || isFormer
    }

    /// Its member is back. What was shown is good once more at most, and only until the next word of the member.
    mutating func pass(to newToken: ResumeToken, for shown: String) {
        if token.isShown(by: shown) { formerToken = token }
        token = newToken
        hold = nil
    }

    mutating func countReceived() {
        received += 1
        formerToken = nil
    }

    mutating func discountReceived() {
        received -= 1
    }

    /// - Parameter number: of the last message to the member that has arrived.
    mutating func acknowledge(_ number: Int) {
        outbox.forget(upTo: number)
        formerToken = nil
    }
}
