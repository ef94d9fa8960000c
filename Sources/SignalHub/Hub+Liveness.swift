// SPDX-License-Identifier: Apache-2.0

extension Hub {
    /// To be called about every second: pings everybody when it is time, and closes who is dead or joins no room.
    package mutating func tick(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        pinGuard.forget(at: now)
        tokenGuard.forget(at: now)
        connectBudget?.forget(at: now)
        joinBudget?.forget(at: now)
        for id in seats.expired(at: now) {
            actions += seats[id].map { vacate(id, of: $0.room, .seatExpired, at: now) } ?? []
        }
        actions += endCongestion(at: now)
        for (id, member) in members where member.phase != .closing {
            if now - member.lastHeard >= limits.deadAfter {
                actions += close(id, .silent, at: now)
            } else if case .lobby(let since) = member.phase, now - since >= limits.lobbyTimeout {
                actions += close(id, .noRoom, at: now)
            } else if now - member.lastPing >= limits.pingInterval {
                members[id]?.lastPing = now
                actions.append(.ping(id, number: member.toldBeforePing))
                members[id]?.toldBeforePing = seats[id]?.outbox.count ?? 0
            }
        }
        return keep(actions, at: now)
    }
}
