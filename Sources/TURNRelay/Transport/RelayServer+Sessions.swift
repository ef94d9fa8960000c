// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Sessions of the whole server, for people who look after it. A loop is asked for a slice at a time, between which it
/// serves its clients. None of this may be asked for once the server has stopped.
extension RelayServer {
    package func sessions(_ order: SessionOrder, limit: Int) async -> SessionListing {
        var listing = SessionListing(order: order, limit: limit)
        for loop in loops {
            await loop.forEachSlice { relay, slots in
                relay.sessions(in: slots)
            } with: {
                listing.add($0)
            }
        }
        return listing
    }

    /// Ends a session.
    ///
    /// - Returns: false when there is none (any more).
    package func kick(_ session: AllocationHandle) async -> Bool {
        guard loops.indices.contains(session.loop) else { return false }
        return await loops[session.loop].read { $0.kick(session) }
    }

    /// Ends all sessions of users.
    ///
    /// - Parameter realm: where these users are; nil for all realms.
    /// - Returns: how many there were.
    package func kick(users: Set<String>, of realm: String? = nil) async -> Int {
        var count = 0
        for loop in loops {
            await loop.forEachSlice { relay, slots in
                relay.kick(users, of: realm, in: slots)
            } with: {
                count += $0
            }
        }
        return count
    }
}

extension RelayServer.Loop {
    fileprivate func forEachSlice<Reading: Sendable>(
        _ read: @escaping @Sendable (any RelayLoop, Range<Int>) -> Reading,
        with take: (Reading) -> Void
    ) async {
        var (next, end) = (0, 1)
        while next < end {
            let slots = next..<next + Relay.slotsPerSlice
            let (reading, count) = await self.read { (read($0, slots), $0.relay.slotCount) }
            take(reading)
            (next, end) = (slots.upperBound, count)
        }
    }
}

extension RelayLoop {
    fileprivate func sessions(in slots: Range<Int>) -> [SessionRecord] {
        let now = NIODeadline.now()
        return relay.sessions(in: slots, at: now) { activity(of: $0, at: now) }
    }

    fileprivate func kick(_ session: AllocationHandle) -> Bool {
        guard let actions = relay.kick(session, at: .now()) else { return false }
        perform(actions)
        return true
    }

    fileprivate func kick(_ users: Set<String>, of realm: String?, in slots: Range<Int>) -> Int {
        let (count, actions) = relay.kick(users, of: realm, in: slots, at: .now())
        perform(actions)
        return count
    }
}
