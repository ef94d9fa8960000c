// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Bytes of payload in a second, both directions together; nil for no limit.
package struct BandwidthLimits: Equatable, Sendable {
    package var perAllocation: Int?
    package var perUser: Int?
    /// Of a realm.
    package var inTotal: Int?

    package init() {}

    var isLimited: Bool { self != BandwidthLimits() }
}

/// The bandwidth of a realm, shared by the relays of all loops.
final class Bandwidth: Sendable {
    private struct User {
        let bucket: SharedBucket
        var allocations: Int
    }

    private let limits: BandwidthLimits
    private let total: SharedBucket?
    private let server: SharedBucket?
    private let users = Mutex<[String: User]>([:])

    /// - Parameter server: of all realms together; nil when only each has a limit.
    init(_ limits: BandwidthLimits, server: SharedBucket? = nil) {
        self.limits = limits
        self.server = server
        total = limits.inTotal.map { SharedBucket(perSecond: $0) }
    }

    /// For an allocation of a user, until `release`; nil when nothing is limited.
    ///
    /// - Parameter transport: a TCP allocation's is shared by the ends of its connections.
    func meter(for user: String, over transport: RelayTransport = .udp, at now: NIODeadline) -> TrafficMeter? {
        guard limits.isLimited || server != nil else { return nil }
        guard transport == .udp else {
            let own = limits.perAllocation.map { SharedBucket(perSecond: $0) }
            return TrafficMeter(own: nil, shared: [own, bucket(of: user), total, server].compactMap { $0 })
        }
        return TrafficMeter(
            own: limits.perAllocation.map { TokenBucket(perSecond: $0, at: now) },
            shared: [bucket(of: user), total, server].compactMap { $0 }
        )
    }

    private func bucket(of user: String) -> SharedBucket? {
        guard let perUser = limits.perUser else { return nil }
        return users.withLock { users in
            var entry = users[user] ?? User(bucket: SharedBucket(perSecond: perUser), allocations: 0)
            entry.allocations += 1
            users[user] = entry
            return entry.bucket
        }
    }

    /// Forgets a user with the last of his allocations.
    func release(user: String) {
        users.withLock { users in
            guard let entry = users[user] else { return }
            users[user] = entry.allocations > 1 ? User(bucket: entry.bucket, allocations: entry.allocations - 1) : nil
        }
    }

    var userCount: Int { users.withLock { $0.count } }
}

/// A bucket that allocations of several loops take from.
final class SharedBucket: Sendable {
    private let bucket: Mutex<TokenBucket>

    /// Full from the first time on that anybody takes from it.
    init(perSecond: Int) {
        bucket = Mutex(TokenBucket(perSecond: perSecond, at: .uptimeNanoseconds(0)))
    }

    func take(_ count: Int, at now: NIODeadline) -> Bool {
        bucket.withLock { $0.take(count, at: now) }
    }

    func borrow(_ count: Int, at now: NIODeadline) -> TimeAmount {
        bucket.withLock { $0.borrow(count, at: now) }
    }
}

/// What an allocation may carry.
struct TrafficMeter: Sendable {
    private var own: TokenBucket?
    private let shared: [SharedBucket]

    init(own: TokenBucket?, shared: [SharedBucket]) {
        self.own = own
        self.shared = shared
    }

    /// Whether a payload is within all limits. Those that it passed before one that it did not are charged all the same:
    /// what is over a limit is close to it.
    mutating func admit(_ bytes: Int, at now: NIODeadline) -> Bool {
        guard own?.take(bytes, at: now) != false else { return false }
        return shared.allSatisfy { $0.take(bytes, at: now) }
    }

    /// Charges bytes of a stream, of which none may be lost: the stream waits instead.
    ///
    /// - Returns: how long to wait before more is taken.
    func charge(_ bytes: Int, at now: NIODeadline) -> TimeAmount {
        shared.map { $0.borrow(bytes, at: now) }.max() ?? .zero
    }
}
