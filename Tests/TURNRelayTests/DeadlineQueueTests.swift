// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

struct DeadlineQueueTests {
    private let realm: RelayRealm
    private var clients = ClientTable()
    private var queue = DeadlineQueue()

    init() throws {
        realm = RelayRealm(try Bench.realmConfiguration())
    }

    private mutating func insert(until seconds: Int64) -> Client {
        let client = clients.insert(
            address: TransportAddress(Bench.virtualAddress, port: 1),
            realm: realm,
            isRealmSettled: true,
            idleDeadline: .uptimeNanoseconds(0) + .seconds(seconds)
        )
        queue.update(client, in: clients)
        return client
    }

    @Test mutating func `clients that are gone cost no memory, and those that are there are not forgotten`() {
        let kept = (0..<10).map { _ in insert(until: 3_600) }
        for _ in 0..<100_000 {
            _ = clients.remove(insert(until: 3_599).id)
            #expect(queue.count <= 2 * 11 + DeadlineQueue.slack)
        }
        let end = NIODeadline.uptimeNanoseconds(0) + .seconds(3_600)
        var due: Set<ClientID> = []
        while let client = queue.popDue(at: end, in: clients) { due.insert(client.id) }
        #expect(due == Set(kept.map(\.id)) && queue.count == 0)
    }

    @Test mutating func `a deadline that moves back and forth costs no memory`() {
        let client = insert(until: 3_600)
        for second in (1...1_000).reversed() {
            client.idleDeadline = .uptimeNanoseconds(0) + .seconds(Int64(second))
            queue.update(client, in: clients)
        }
        #expect(queue.count <= 2 + DeadlineQueue.slack)
        #expect(queue.popDue(at: client.idleDeadline, in: clients)?.id == client.id)
        #expect(queue.popDue(at: .uptimeNanoseconds(0) + .hours(1), in: clients) == nil)
    }
}
