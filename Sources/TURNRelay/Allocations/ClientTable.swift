// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// A connection to the relay, with or without an allocation.
///
/// A class, because it is an identity that the data path looks up for every packet: one retain instead of a copy of
/// all that it holds. It never leaves its relay.
final class Client {
    let id: ClientID
    let address: TransportAddress
    let transport: ClientTransport
    /// When it is closed for want of an allocation.
    var idleDeadline: NIODeadline
    /// The realm that the server's name tells or, without one, that the first authenticated request was made in.
    var realm: RelayRealm
    /// False while requests may choose the realm by ORIGIN.
    var isRealmSettled: Bool
    var isAuthenticated = false
    var allocation: Allocation?
    var allocationCount: UInt32 = 0
    /// Of the Refresh that deleted the last allocation: a retransmission succeeds again.
    var lastDeletion: TransactionID?
    /// To the allocation of another 5-tuple.
    var claim: Claim?
    /// That its allocation came with: a retransmission succeeds again.
    var usedTicket: [UInt8]?
    /// There is an allocation and nobody to take its data to: the connection has ended.
    var isDetached = false
    var congestion = CongestionMonitor()

    init(
        id: ClientID,
        address: TransportAddress,
        realm: RelayRealm,
        isRealmSettled: Bool,
        transport: ClientTransport,
        idleDeadline: NIODeadline
    ) {
        self.id = id
        self.transport = transport
        self.address = address
        self.realm = realm
        self.isRealmSettled = isRealmSettled
        self.idleDeadline = idleDeadline
    }

    /// The earliest entry of this client in the deadline queue.
    var queuedDeadline = NIODeadline.distantFuture

    /// Its address may be forged until it has proved who it is.
    var isDatagram: Bool { transport == .udp }

    /// The next time at which the passing of time changes something.
    var deadline: NIODeadline {
        allocation?.deadline ?? claim?.expiresAt ?? idleDeadline
    }
}

@available(*, unavailable)
extension Client: Sendable {}

/// Clients in slots: an index finds a client without hashing, a generation tells it from its successor in the slot.
struct ClientTable {
    private(set) var slots: [Client?] = []
    private var freeSlots: [Int] = []
    private var nextGeneration: UInt32 = 0

    var count: Int { slots.count - freeSlots.count }

    subscript(id: ClientID) -> Client? {
        guard slots.indices.contains(id.slot), let client = slots[id.slot], client.id == id else { return nil }
        return client
    }

    mutating func insert(
        address: TransportAddress,
        realm: RelayRealm,
        isRealmSettled: Bool,
        transport: ClientTransport = .tcp,
        idleDeadline: NIODeadline
    ) -> Client {
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count {
            slots.append(nil)
        }
        let id = ClientID(slot: slot, generation: nextGeneration)
        nextGeneration &+= 1
        let client = Client(
            id: id,
            address: address,
            realm: realm,
            isRealmSettled: isRealmSettled,
            transport: transport,
            idleDeadline: idleDeadline
        )
        slots[slot] = client
        return client
    }

    mutating func remove(_ id: ClientID) -> Client? {
        guard let client = self[id] else { return nil }
        slots[id.slot] = nil
        freeSlots.append(id.slot)
        return client
    }
}
