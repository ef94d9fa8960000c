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

    private struct State {
        var limits: BandwidthLimits
        var total: SharedBucket?
        var users: [String: User] = [:]
    }

    private let state: Mutex<State>
    private let server: ServerBudget?

    /// - Parameter server: of all realms together; nil when only each has a limit.
    init(_ limits: BandwidthLimits, server: ServerBudget? = nil) {
        self.server = server
        state = Mutex(State(limits: limits, total: limits.inTotal.map { SharedBucket(perSecond: $0) }))
    }

    /// Changed rates hold at once for who has a bucket already; a limit where there was none, and one for each allocation,
    /// for allocations that are made from now on.
    func update(_ limits: BandwidthLimits) {
        state.withLock { state in
            state.limits = limits
            state.total = SharedBucket.updated(state.total, perSecond: limits.inTotal)
            guard let perUser = limits.perUser else { return }
            for user in state.users.values { user.bucket.setRate(perSecond: perUser) }
        }
    }

    /// For an allocation of a user, until `release`; nil when nothing is limited.
    ///
    /// - Parameter transport: a TCP allocation's is shared by the ends of its connections.
    func meter(for user: String, over transport: RelayTransport = .udp, at now: NIODeadline) -> TrafficMeter? {
        let server = server?.bandwidth
        return state.withLock { state in
            let limits = state.limits
            guard limits.isLimited || server != nil else { return nil }
            let shared = [Self.bucket(of: user, in: &state), state.total, server].compactMap { $0 }
            guard transport == .udp else {
                let own = limits.perAllocation.map { SharedBucket(perSecond: $0) }
                return TrafficMeter(own: nil, shared: (own.map { [$0] } ?? []) + shared)
            }
            return TrafficMeter(own: limits.perAllocation.map { TokenBucket(perSecond: $0, at: now) }, shared: shared)
        }
    }

    private static func bucket(of user: String, in state: inout State) -> SharedBucket? {
        guard let perUser = state.limits.perUser else { return nil }
        var entry = state.users[user] ?? User(bucket: SharedBucket(perSecond: perUser), allocations: 0)
        entry.allocations += 1
        state.users[user] = entry
        return entry.bucket
    }

    /// Forgets a user with the last of his allocations.
    func release(user: String) {
        state.withLock { state in
            guard var entry = state.users[user] else { return }
            entry.allocations -= 1
            state.users[user] = entry.allocations > 0 ? entry : nil
        }
    }

    var userCount: Int { state.withLock { $0.users.count } }
}

/// A bucket that allocations of several loops take from.
final class SharedBucket: Sendable {
    private let bucket: Mutex<TokenBucket>

    /// Full from the first time on that anybody takes from it.
    init(perSecond: Int) {
        bucket = Mutex(TokenBucket(perSecond: perSecond, at: .uptimeNanoseconds(0)))
    }

    /// A bucket for a changed limit: the same with another rate where there was one; nil for no limit.
    static func updated(_ bucket: SharedBucket?, perSecond: Int?) -> SharedBucket? {
        guard let perSecond else { return nil }
        guard let bucket else { return SharedBucket(perSecond: perSecond) }
        bucket.setRate(perSecond: perSecond)
        return bucket
    }

    func setRate(perSecond: Int) {
        bucket.withLock { $0.setRate(perSecond: perSecond) }
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
