// SPDX-License-Identifier: Apache-2.0

/// The seats of members that can come back, each under the connection that has it or had it last. Members that did not ask
/// for this have none.
struct SeatTable: Sendable {
    /// What became of a message.
    enum Delivery: Hashable {
        case noSeat
        case connected
        /// Kept until the member is back.
        case kept
        /// More than is kept: what the member would miss, it would be wrong about for good.
        case tooMuch
    }

    private(set) var seats: [ConnectionID: Seat] = [:]
    private var connections: [String: ConnectionID] = [:]
    private var heldByAddress: [String: Int] = [:]
    private(set) var heldCount = 0

    subscript(id: ConnectionID) -> Seat? { seats[id] }

    mutating func insert(_ seat: Seat, for id: ConnectionID) {
        seats[id] = seat
        connections[seat.peerID] = id
    }

    @discardableResult
    mutating func remove(_ id: ConnectionID) -> Seat? {
        guard let seat = seats.removeValue(forKey: id) else { return nil }
        connections[seat.peerID] = nil
        if let hold = seat.hold { uncount(hold) }
        return seat
    }

    mutating func removeAll() {
        self = SeatTable()
    }

    /// The connection whose seat it is, if the token is good.
    func connection(of peerID: String, showing token: String) -> ConnectionID? {
        connections[peerID].flatMap { seats[$0]?.opens(to: token) == true ? $0 : nil }
    }

    // MARK: Without a connection

    /// - Returns: whether there is a seat to hold. As many are held as there may be connections.
    mutating func hold(_ id: ConnectionID, from address: String, until end: Duration, limits: SignalLimits) -> Bool {
        guard seats[id] != nil, heldCount < limits.connections,
            heldByAddress[address, default: 0] < limits.connectionsPerAddress
        else { return false }
        seats[id]?.hold = Seat.Hold(address: address, until: end)
        heldByAddress[address, default: 0] += 1
        heldCount += 1
        return true
    }

    private mutating func uncount(_ hold: Seat.Hold) {
        let rest = heldByAddress[hold.address, default: 1] - 1
        heldByAddress[hold.address] = rest > 0 ? rest : nil
        heldCount -= 1
    }

    func expired(at now: Duration) -> [ConnectionID] {
        guard heldCount > 0 else { return [] }
        return seats.filter { $0.value.hold.map { $0.until <= now } == true }.map(\.key)
    }

    // MARK: Messages

    mutating func note(_ message: String, for id: ConnectionID, limits: SignalLimits) -> Delivery {
        guard let isHeld = seats[id].map({ $0.hold != nil }) else { return .noSeat }
        seats[id]?.outbox.append(message)
        while seats[id]?.outbox.exceeds(limits) == true {
            // A connected member has most likely got the oldest.
            if isHeld { return .tooMuch }
            seats[id]?.outbox.forgetOldest()
        }
        return isHeld ? .kept : .connected
    }

    mutating func countReceived(from id: ConnectionID) {
        seats[id]?.countReceived()
    }

    mutating func discountReceived(from id: ConnectionID) {
        seats[id]?.discountReceived()
    }

    mutating func acknowledge(_ number: Int, by id: ConnectionID) {
        seats[id]?.acknowledge(number)
    }
}
