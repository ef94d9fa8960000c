// SPDX-License-Identifier: Apache-2.0

/// A room for people who look after the server. Whoever knows its name may join, so it is for nobody else; PINs are not
/// told at all.
package struct RoomRecord: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        /// What others know it by, and what its TURN credentials are issued to.
        package let peerID: String
        /// As it calls itself.
        package let name: String?
        /// Where it is connected from, or was when it was lost.
        package let address: String
        /// Since it came.
        package let duration: Duration
        /// Its connection is lost and its seat is held.
        package let isAway: Bool
    }

    package let name: String
    package let isLocked: Bool
    package let hasPIN: Bool
    /// People at the door.
    package let waiting: Int
    package let age: Duration
    package let members: [Member]
}

/// Some rooms, and how many there are in all.
package struct RoomListing: Hashable, Sendable {
    package let total: Int
    package let rooms: [RoomRecord]
}

extension Hub {
    /// The fullest rooms; of those as full, the oldest.
    ///
    /// - Parameter limit: how many.
    package func listRooms(limit: Int, at now: Duration) -> RoomListing {
        var kept: [Room] = []
        for room in rooms.values {
            kept.append(room)
            if kept.count > 2 * limit { kept = Self.first(limit, of: kept) }
        }
        return RoomListing(total: rooms.count, rooms: Self.first(limit, of: kept).map { record(of: $0, at: now) })
    }

    private static func first(_ limit: Int, of rooms: [Room]) -> [Room] {
        let sorted = rooms.sorted {
            ($1.occupants.count, $0.openedAt, $0.name) < ($0.occupants.count, $1.openedAt, $1.name)
        }
        return Array(sorted.prefix(limit))
    }

    private func record(of room: Room, at now: Duration) -> RoomRecord {
        RoomRecord(
            name: room.name,
            isLocked: room.door.isLocked,
            hasPIN: room.door.pin != nil,
            waiting: room.waiting.count,
            age: now - room.openedAt,
            members: room.occupants.map { record(of: $0, at: now) }
        )
    }

    private func record(of occupant: Room.Occupant, at now: Duration) -> RoomRecord.Member {
        let id = occupant.connection
        return RoomRecord.Member(
            peerID: occupant.peerID,
            name: occupant.state.name.flatMap { $0.isEmpty ? nil : $0 },
            address: seats[id]?.hold?.address ?? members[id]?.address ?? "",
            duration: now - occupant.joinedAt,
            isAway: occupant.isAway
        )
    }
}
