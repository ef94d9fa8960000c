// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// The permissions of an allocation (RFC 8656, section 9): peer IP addresses, ports are not looked at.
struct PermissionSet {
    private var expiries: [IPAddress: NIODeadline] = [:]

    func contains(_ address: IPAddress, at now: NIODeadline) -> Bool {
        expiries[address].map { $0 > now } ?? false
    }

    /// Those that have not expired.
    func count(at now: NIODeadline) -> Int {
        expiries.values.count { $0 > now }
    }

    mutating func install(_ address: IPAddress, until expiry: NIODeadline) {
        expiries[address] = expiry
    }

    /// How many permissions there would be with `addresses` added, those that expired not counted.
    mutating func count(adding addresses: [IPAddress], at now: NIODeadline) -> Int {
        expiries = expiries.filter { $0.value > now }
        return Set(addresses).union(expiries.keys).count
    }
}
