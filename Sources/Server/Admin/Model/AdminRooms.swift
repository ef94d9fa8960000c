// SPDX-License-Identifier: Apache-2.0

import SignalHub

/// What `/admin/api/rooms` tells.
struct AdminRooms: Codable, Equatable, Sendable {
    struct Member: Codable, Equatable, Sendable {
        let id: String
        /// Nil for who has not said one.
        let name: String?
        let address: String
        let joinedAt: Double
        let away: Bool
    }

    struct Room: Codable, Equatable, Sendable {
        let name: String
        let locked: Bool
        let hasPIN: Bool
        let waiting: Int
        let createdAt: Double
        let members: [Member]
    }

    /// Of all rooms, not only those that are here.
    let total: Int
    let rooms: [Room]
}

extension AdminRooms {
    /// - Parameter now: seconds since 1970.
    init(_ listing: RoomListing, now: Double) {
        self.init(total: listing.total, rooms: listing.rooms.map { Room($0, now: now) })
    }
}

extension AdminRooms.Room {
    fileprivate init(_ record: RoomRecord, now: Double) {
        self.init(
            name: record.name,
            locked: record.isLocked,
            hasPIN: record.hasPIN,
            waiting: record.waiting,
            createdAt: (now - record.age / .seconds(1)).roundedToMilliseconds,
            members: record.members.map { member in
                AdminRooms.Member(
                    id: member.peerID,
                    name: member.name,
                    address: member.address,
                    joinedAt: (now - member.duration / .seconds(1)).roundedToMilliseconds,
                    away: member.isAway
                )
            }
        )
    }
}
