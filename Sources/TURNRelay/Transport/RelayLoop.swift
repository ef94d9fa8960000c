// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The relay of one thread, and what carries the bytes of its clients.
protocol RelayLoop: AnyObject {
    var relay: Relay { get }
    var counters: RelayCounters { get }
    /// Called once, before anything else: the ways to all loops, this one included.
    func join(_ mailboxes: [LoopMailbox])
    /// Takes a batch of another loop.
    func receive(_ parcels: [Parcel])
    func advance(to now: NIODeadline)
}
