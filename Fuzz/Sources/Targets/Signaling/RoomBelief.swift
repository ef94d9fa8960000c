// SPDX-License-Identifier: Apache-2.0

import Foundation
@testable import SignalHub

/// What a member knows about its room from nothing but the messages it got.
struct RoomBelief {
    struct Door: Equatable {
        let host: String
        let isLocked: Bool
        let hasPIN: Bool

        init(_ said: JSONObject) {
            host = said.string("host") ?? ""
            isLocked = said["locked"]?.isTrue == true
            hasPIN = said["hasPin"]?.isTrue == true
        }

        init(_ room: Room) {
            host = room.host?.peerID ?? ""
            isLocked = room.door.isLocked
            hasPIN = room.door.pin != nil
        }
    }

    var peers: Set<String>
    var knocking: Set<String> = []
    var away: Set<String>
    var door: Door

    /// - Parameter text: the `joined` message.
    init(joined text: String, door: Door) {
        let message = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let members = message?["members"] as? [[String: Any]] ?? []
        let ids = { (members: [[String: Any]]) in Set(members.compactMap { $0["peerId"] as? String }) }
        peers = ids(members)
        away = ids(members.filter { $0["away"] != nil })
        self.door = door
    }

    mutating func update(_ type: String, _ said: JSONObject) {
        let peer = said.string("peerId") ?? ""
        switch type {
        case "peer-joined": require(peers.insert(peer).inserted, "a member came twice")
        case "peer-left":
            require(peers.remove(peer) != nil, "somebody left who was not there")
            away.remove(peer)
        case "knock": require(knocking.insert(peer).inserted, "somebody knocked twice")
        case "knock-ended": require(knocking.remove(peer) != nil, "somebody left the door who was not there")
        case "peer-state":
            if said["away"] == nil { away.remove(peer) } else { require(away.insert(peer).inserted, "away twice") }
        case "room": door = Door(said)
        default: break
        }
    }
}

/// What a member needs to come back to its seat.
struct SeatMemory {
    let peerID: String
    var token: String
    var received = 1
    /// Of a member that has no connection.
    var belief: RoomBelief?
}

/// How often PINs were guessed.
struct GuessCounter {
    private struct Guesses {
        let since: Duration
        var count = 0
    }

    private var byAddress: [String: Guesses] = [:]
    private var byRoom: [String: Guesses] = [:]

    mutating func count(of address: String, for room: String, at now: Duration, limits: SignalLimits) {
        byAddress[address, default: Guesses(since: now)].count += 1
        byRoom[room, default: Guesses(since: now)].count += 1
        let inTime: (Guesses?, Int, Duration) -> Bool = { guesses, atOnce, interval in
            guard let guesses else { return true }
            return Double(guesses.count) <= Double(atOnce) + (now - guesses.since) / interval + 0.001
        }
        require(
            inTime(byAddress[address], limits.addressWrongPINs, limits.addressPINInterval),
            "an address guesses too fast"
        )
        require(inTime(byRoom[room], limits.roomWrongPINs, limits.roomPINInterval), "a room is guessed too fast")
    }

    /// A room that is opened anew has another PIN.
    mutating func forget(_ isGone: (String) -> Bool) {
        byRoom = byRoom.filter { !isGone($0.key) }
    }
}
