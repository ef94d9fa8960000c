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
        func perform(_ actions: [RelayAction]) {}
        func activity(of id: ClientID, at now: NIODeadline) -> SessionActivity { SessionActivity() }
        func post(_ parcel: Parcel, to loop: Int) {}
        func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline) {}
        func send(answer: [UInt8], to id: ClientID, at now: NIODeadline) {}
    }

    private final class CountedParcels: Sendable {
        let value = Mutex(0)
    }

    private static let handle = AllocationHandle(loop: 0, client: ClientID(slot: 0, generation: 0), serial: 0)

    private static func parcel(_ payload: ByteBuffer) -> Parcel {
        .payload(payload, Passage(target: handle, source: TransportAddress(Bench.virtualAddress, port: 1)))
    }

    private static func mailbox(_ thread: StoppedThread, _ count: CountedParcels) throws -> LoopMailbox {
        let recipient = Confined(Recipient(try Bench().relay, count), to: thread)
        return LoopMailbox(recipient: recipient.generalized { $0 }, thread: thread)
    }

    /// A slice of a byte keeps the whole read in memory.
    @Test func `small payloads of large reads fill the mailbox with the reads`() throws {
        let mailbox = try Self.mailbox(StoppedThread(), CountedParcels())
        var posted = 0
        while posted < 10_000 {
            let read = ByteBuffer(repeating: 0, count: 64 * 1024)
            guard let payload = read.getSlice(at: 0, length: 1), mailbox.post([Self.parcel(payload)]) == 0 else {
                break
            }
            posted += 1
        }
        // 8 MiB are 128 reads.
        #expect(posted == 128)
    }

    @Test func `a payload counts with all the memory that it has`() throws {
        let (one, other) = (ByteBuffer(repeating: 0, count: 4096), ByteBuffer(repeating: 0, count: 1024))
        #expect(Parcel.cost(of: [one, other, ByteBuffer()].map(Self.parcel)) == 3 * 128 + 4096 + 1024)
    }

    @Test func `what relays say to each other is not lost where media is`() throws {
        let thread = StoppedThread()
        let count = CountedParcels()
        let mailbox = try Self.mailbox(thread, count)
        let payload = Self.parcel(ByteBuffer(repeating: 0, count: 9 * 1024 * 1024))
        #expect(mailbox.post([payload]) == 0)
        #expect(mailbox.post([payload, .relay(.withdrawn(from: Self.handle))]) == 1)
        thread.run()
        #expect(count.value.withLock { $0 } == 2)
        #expect(mailbox.post([payload]) == 0)
    }
}
