// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import Synchronization
import TestSupport
import Testing

@testable import TURNRelay

/// What gets through when more is under way than a loop may have waiting.
struct LoopMailboxTests {
    /// A thread that does nothing until it is told to.
    private final class StoppedThread: RelayThread {
        private let work = Mutex<[@Sendable () -> Void]>([])
        let isCurrent = true

        func execute(_ work: @escaping @Sendable () -> Void) { self.work.withLock { $0.append(work) } }

        func run() {
            for item in work.withLock({ $0 }) { item() }
        }
    }

    private final class Recipient: RelayLoop {
        var relay: Relay
        let counters = RelayCounters()
        private let count: CountedParcels

        init(_ relay: Relay, _ count: CountedParcels) {
            self.relay = relay
            self.count = count
        }

        func join(_ mailboxes: [LoopMailbox]) {}
        func receive(_ parcels: [Parcel]) { count.value.withLock { $0 += parcels.count } }
        func advance(to now: NIODeadline) {}
    }

    private final class CountedParcels: Sendable {
        let value = Mutex(0)
    }

    @Test func `what relays say to each other is not lost where media is`() throws {
        let thread = StoppedThread()
        let count = CountedParcels()
        let recipient = Confined(Recipient(try Bench().relay, count), to: thread)
        let mailbox = LoopMailbox(recipient: recipient.generalized { $0 }, thread: thread)
        let handle = AllocationHandle(loop: 0, client: ClientID(slot: 0, generation: 0), serial: 0)
        let passage = Passage(target: handle, source: TransportAddress(Bench.virtualAddress, port: 1))
        let payload = Parcel.payload(ByteBuffer(repeating: 0, count: 9 * 1024 * 1024), passage)
        #expect(mailbox.post([payload]) == 0)
        #expect(mailbox.post([payload, .relay(.withdrawn(from: handle))]) == 1)
        thread.run()
        #expect(count.value.withLock { $0 } == 2)
        #expect(mailbox.post([payload]) == 0)
    }
}
