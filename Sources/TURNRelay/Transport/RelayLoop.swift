// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The relay of one thread, and what carries the bytes of its clients.
protocol RelayLoop: AnyObject {
    var relay: Relay { get }
    var counters: RelayCounters { get }
    /// Called before anything else with the ways to all loops, this one included. They are to be let go of at the end: they lead
    /// back here, and would keep all loops alive.
    func join(_ mailboxes: [LoopMailbox])
    /// Takes a batch of another loop.
    func receive(_ parcels: [Parcel])
    func advance(to now: NIODeadline)
    /// Does what the relay has decided on.
    func perform(_ actions: [RelayAction])
    /// Of a client that is connected.
    func activity(of id: ClientID, at now: NIODeadline) -> SessionActivity

    /// Has a parcel leave for another loop, or this one, at the end of the read under way.
    func post(_ parcel: Parcel, to loop: Int)
    /// Takes a message that was ``RelayOutcome/pending``.
    func receive(_ message: [UInt8], again id: ClientID, at now: NIODeadline)
    func send(answer: [UInt8], to id: ClientID, at now: NIODeadline)
}

extension RelayLoop {
    /// Does what the relay has left for later, and what follows from that.
    func doDeferredWork() {
        while !relay.deferred.isEmpty {
            let now = NIODeadline.now()
            for work in relay.takeDeferred() {
                switch work {
                case .post(let message, let loop): post(.relay(message), to: loop)
                case .receive(let message, let id): receive(message, again: id, at: now)
                case .send(let message, let id): send(answer: message, to: id, at: now)
                }
            }
        }
    }
}
