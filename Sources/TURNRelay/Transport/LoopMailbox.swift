// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import Synchronization

/// What one loop has for another.
enum Parcel: Sendable {
    /// A payload for the client of an allocation there.
    case payload(ByteBuffer, Passage)
    /// A payload for a peer, through a socket there.
    case datagram(ByteBuffer, to: TransportAddress, RelaySocketID, dontFragment: Bool)
    /// What a datagram of an allocation there met on its way.
    case icmp(ICMPAttribute, Passage)
    case relay(RelayMessage)
    /// A client's end of a connection with a peer there; nil when it has gone.
    case bind(ConnectionID, DataConnectionEnd?)

    /// What a parcel occupies beside its payload: empty ones must not be free.
    private static let overhead = 128

    private var payload: ByteBuffer? {
        switch self {
        case .payload(let payload, _), .datagram(let payload, _, _, _): payload
        case .icmp, .relay, .bind: nil
        }
    }

    /// Bytes of memory that parcels keep alive, about.
    static func cost(of parcels: [Parcel]) -> Int {
        parcels.reduce(parcels.count * overhead) { $0 + ($1.payload?.storageCapacity ?? 0) }
    }

    /// Whether it may be lost when much is under way. Of the others there are few: one at a time for each client.
    fileprivate var isData: Bool {
        switch self {
        case .payload, .datagram, .icmp: true
        case .relay, .bind: false
        }
    }
}

/// How relays hand payloads to the relay of another loop: one hop for a batch, with a bound on what is under way.
final class LoopMailbox: Sendable {
    /// What may wait for a loop that is busy, in memory: about 40 ms of a full gigabit in packets of 1200 bytes.
    private static let backlogLimit = 8 * 1024 * 1024

    private let recipient: Confined<any RelayLoop>
    private let thread: any RelayThread
    private let backlog = Atomic<Int>(0)

    init(recipient: Confined<any RelayLoop>, thread: any RelayThread) {
        self.recipient = recipient
        self.thread = thread
    }

    /// - Returns: how many parcels were lost because too much is under way.
    func post(_ parcels: [Parcel]) -> Int {
        let cost = Parcel.cost(of: parcels)
        let (before, _) = backlog.add(cost, ordering: .relaxed)
        guard before <= Self.backlogLimit else {
            backlog.subtract(cost, ordering: .relaxed)
            let others = parcels.filter { !$0.isData }
            if !others.isEmpty { deliver(others, cost: 0) }
            return parcels.count - others.count
        }
        deliver(parcels, cost: cost)
        return 0
    }

    private func deliver(_ parcels: [Parcel], cost: Int) {
        thread.execute {
            self.backlog.subtract(cost, ordering: .relaxed)
            self.recipient.value.receive(parcels)
        }
    }
}

/// What a loop has for all others, collected until the end of a read.
struct LoopOutboxes {
    private var outboxes: [[Parcel]] = []
    private var mailboxes: [LoopMailbox] = []

    mutating func join(_ mailboxes: [LoopMailbox]) {
        self.mailboxes = mailboxes
        outboxes = mailboxes.map { _ in [] }
    }

    /// The way to a loop; nil for one that does not exist.
    func mailbox(of loop: Int) -> LoopMailbox? {
        mailboxes.indices.contains(loop) ? mailboxes[loop] : nil
    }

    /// - Returns: false for a loop that does not exist.
    mutating func append(_ parcel: Parcel, to loop: Int) -> Bool {
        guard outboxes.indices.contains(loop) else { return false }
        outboxes[loop].append(parcel)
        return true
    }

    /// - Returns: how many parcels were lost.
    mutating func post() -> Int {
        var lost = 0
        for index in outboxes.indices where !outboxes[index].isEmpty {
            lost += mailboxes[index].post(outboxes[index])
            outboxes[index].removeAll()
        }
        return lost
    }
}
