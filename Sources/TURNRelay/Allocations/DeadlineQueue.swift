// SPDX-License-Identifier: Apache-2.0

import HeapModule
import NIOCore

/// The deadlines of a relay's clients in one heap.
///
/// A deadline that moves later costs nothing: the entry stays, and the client is queued again when it comes up. One
/// that moves earlier adds an entry and makes the old one stale. So does a client that is gone. When most entries are
/// stale they are thrown out: the clients that there are bound the memory, not those that there were.
struct DeadlineQueue {
    private struct Entry: Comparable {
        let deadline: NIODeadline
        let client: ClientID

        static func < (left: Entry, right: Entry) -> Bool { left.deadline < right.deadline }
    }

    /// Few clients may have more stale entries than their number: looking for those costs, too.
    static let slack = 64

    private var heap = Heap<Entry>()

    var count: Int { heap.count }

    /// To be called whenever a client's deadline may have moved.
    mutating func update(_ client: Client, in clients: ClientTable) {
        guard client.deadline < client.queuedDeadline else { return }
        client.queuedDeadline = client.deadline
        heap.insert(Entry(deadline: client.deadline, client: client.id))
        guard heap.count > 2 * clients.count + Self.slack else { return }
        heap = Heap(heap.unordered.filter { clients[$0.client]?.queuedDeadline == $0.deadline })
    }

    /// A client whose deadline has passed at `now`. It is no longer queued.
    mutating func popDue(at now: NIODeadline, in clients: ClientTable) -> Client? {
        while let first = heap.min, first.deadline <= now {
            heap.removeMin()
            guard let client = clients[first.client], client.queuedDeadline == first.deadline else { continue }
            client.queuedDeadline = .distantFuture
            if client.deadline <= now { return client }
            update(client, in: clients)
        }
        return nil
    }
}
