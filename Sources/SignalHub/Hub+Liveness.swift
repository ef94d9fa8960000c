// SPDX-License-Identifier: Apache-2.0

extension Hub {
    /// To be called about every second: pings everybody when it is time, and closes who is dead or joins no room.
    package mutating func tick(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        pinGuard.forget(at: now)
        for (id, member) in members where member.phase != .closing {
            if now - member.lastHeard >= limits.deadAfter {
                actions += close(id, .silent)
            } else if case .lobby(let since) = member.phase, now - since >= limits.lobbyTimeout {
                actions += close(id, .noRoom)
            } else if now - member.lastPing >= limits.pingInterval {
                members[id]?.lastPing = now
                actions.append(.ping(id))
            }
        }
        return actions
    }
}
