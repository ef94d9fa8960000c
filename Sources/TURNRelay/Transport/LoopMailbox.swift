// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// A payload on its way to an allocation of another event loop.
struct Parcel: Sendable {
    let route: Route
    let payload: ByteBuffer
}

/// How relays hand payloads to the relay of another event loop: one hop for a batch, with a bound on what is under way.
final class LoopMailbox: Sendable {
    /// What may wait for a loop that is busy: about 60 ms of a full gigabit.
    private static let backlogLimit = 8 * 1024 * 1024
    /// What a parcel occupies beside its payload: empty ones must not be free.
    private static let overhead = 128

    private let recipient: NIOLoopBoundBox<RelayLoop>
    private let eventLoop: any EventLoop
    private let backlog = Atomic<Int>(0)

    init(recipient: NIOLoopBoundBox<RelayLoop>, eventLoop: any EventLoop) {
        self.recipient = recipient
        self.eventLoop = eventLoop
    }

    /// - Returns: whether the batch was taken; false when too much is under way.
    func post(_ parcels: [Parcel]) -> Bool {
        let bytes = parcels.reduce(0) { $0 + Self.overhead + $1.payload.readableBytes }
        let (before, _) = backlog.add(bytes, ordering: .relaxed)
        guard before <= Self.backlogLimit else {
            backlog.subtract(bytes, ordering: .relaxed)
            return false
        }
        eventLoop.execute {
            self.backlog.subtract(bytes, ordering: .relaxed)
            self.recipient.value.receive(parcels)
        }
        return true
    }
}
