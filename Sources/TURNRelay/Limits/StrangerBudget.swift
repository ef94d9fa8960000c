// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// How many datagrams of strangers are answered: for each address (IPv6: /64), so many in a second.
///
/// A table of fixed size: forged addresses cost no memory. Two addresses may share a place in it, and then the rate;
/// which ones do is different in each process, so nobody can choose his victim.
struct StrangerBudget {
    private static let places = 4096

    let perSecond: Int
    private var buckets: [TokenBucket?]

    /// - Parameter perSecond: 0 for no limit.
    init(perSecond: Int) {
        self.perSecond = perSecond
        buckets = perSecond > 0 ? [TokenBucket?](repeating: nil, count: Self.places) : []
    }

    mutating func take(_ address: IPAddress, at now: NIODeadline) -> Bool {
        guard perSecond > 0 else { return true }
        // Hasher's seed is random for each process.
        let place = Int(UInt(bitPattern: address.limitGroup.hashValue) % UInt(Self.places))
        var bucket = buckets[place] ?? TokenBucket(perSecond: perSecond, at: now)
        defer { buckets[place] = bucket }
        return bucket.take(1, at: now)
    }
}
