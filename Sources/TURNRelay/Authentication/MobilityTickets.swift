// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Synchronization

/// The tickets of RFC 8016 that are good, and where the allocation of each is. Shared by the relays of all loops.
///
/// A ticket is 192 random bits and says nothing. It is text of 32 characters because clients of coturn take what a
/// server sends for a C string, and no longer one. An allocation has at most two, so there is a bound on the memory.
package final class MobilityTickets: Sendable {
    /// Bytes of randomness.
    private static let strength = 24

    private let owners = Mutex<[[UInt8]: AllocationHandle]>([:])

    package init() {}

    /// - Parameter random: a cryptographically secure generator.
    /// - Returns: the value of MOBILITY-TICKET.
    func issue(for allocation: AllocationHandle, using random: inout some RandomNumberGenerator) -> [UInt8] {
        let secret = (0..<Self.strength).map { _ in UInt8.random(in: 0...UInt8.max, using: &random) }
        let ticket = Array(base64Encoded(secret).utf8)
        owners.withLock { $0[ticket] = allocation }
        return ticket
    }

    /// - Returns: nil for a ticket that was never issued, or is no longer good.
    func owner(of ticket: [UInt8]) -> AllocationHandle? {
        owners.withLock { $0[ticket] }
    }

    func move(_ tickets: [[UInt8]], to allocation: AllocationHandle) {
        owners.withLock { owners in
            for ticket in tickets where owners[ticket] != nil { owners[ticket] = allocation }
        }
    }

    func revoke(_ tickets: some Sequence<[UInt8]>) {
        owners.withLock { owners in
            for ticket in tickets { owners[ticket] = nil }
        }
    }

    var count: Int { owners.withLock { $0.count } }
}
