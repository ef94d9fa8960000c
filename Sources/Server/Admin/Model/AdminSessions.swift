// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import STUNCodec
import TURNRelay

/// What `/admin/api/sessions` tells.
struct AdminSessions: Codable, Equatable, Sendable {
    struct Session: Codable, Equatable, Sendable {
        let id: String
        let user: String
        let realm: String
        /// Nil while the client may come back on another connection (RFC 8016).
        let transport: String?
        let client: String
        let relayed: [String]
        let startedAt: Double
        let expiresAt: Double
        let bytesFromClient: Int
        let bytesToClient: Int
        let packetsFromClient: Int
        let packetsToClient: Int
        let bytesPerSecond: Int
        let queueDelaySeconds: Double
        let droppedPackets: Int
        let permissions: Int
        let channels: Int
    }

    /// Of all sessions, not only those that are here.
    let total: Int
    let sessions: [Session]
}

extension AdminSessions {
    /// - Parameter now: seconds since 1970.
    init(_ listing: SessionListing, now: Double) {
        self.init(total: listing.total, sessions: listing.sessions.map { Session($0, now: now) })
    }
}

extension AdminSessions.Session {
    fileprivate init(_ record: SessionRecord, now: Double) {
        let activity = record.activity
        self.init(
            id: record.handle.text,
            user: record.user,
            realm: record.realm,
            transport: record.transport?.label,
            client: "\(record.client)",
            relayed: record.relayed.map(\.description),
            startedAt: (now - record.age.inSeconds).roundedToMilliseconds,
            expiresAt: (now + record.remaining.inSeconds).roundedToMilliseconds,
            bytesFromClient: activity.bytesFromClient,
            bytesToClient: activity.bytesToClient,
            packetsFromClient: activity.packetsFromClient,
            packetsToClient: activity.packetsToClient,
            bytesPerSecond: activity.bytesPerSecond,
            queueDelaySeconds: activity.queueDelay.inSeconds.roundedToMilliseconds,
            droppedPackets: activity.dropped,
            permissions: record.permissions,
            channels: record.channels
        )
    }
}

extension TimeAmount {
    fileprivate var inSeconds: Double { Double(nanoseconds) / 1e9 }
}

extension Double {
    var roundedToMilliseconds: Double { (self * 1000).rounded() / 1000 }
}
