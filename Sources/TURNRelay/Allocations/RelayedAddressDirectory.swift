// SPDX-License-Identifier: Apache-2.0

package import STUNCodec
import Synchronization
import TURNCredentials

/// The virtual relayed transport addresses of all event loops: which allocation a peer address means.
///
/// Shared and locked, and therefore only asked when a route is not known yet, never for a packet of a bound channel.
package final class RelayedAddressDirectory: Sendable {
    struct Entry: Sendable {
        let handle: AllocationHandle
        let scope: RoomScope?
    }

    let address: IPAddress
    private let ports: ClosedRange<UInt16>
    private let entries = Mutex<[UInt16: Entry]>([:])

    /// - Parameter ports: an even number of them. Browsers refuse candidates with ports below 1024.
    package init(address: IPAddress, ports: ClosedRange<UInt16> = 1024...UInt16.max) {
        self.address = address
        self.ports = ports
    }

    /// Takes an unused number for an allocation. Nil when all are in use.
    ///
    /// - Parameter even: ask for an even number (RFC 8656, section 18.7).
    func register(
        _ entry: Entry,
        even: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> TransportAddress? {
        let first = generator.next(upperBound: UInt16(ports.count))
        let step: UInt16 = even ? 2 : 1
        return entries.withLock { entries in
            // A random start, then the next free one: random enough while there is room, and it always ends.
            var offset = even ? first & ~1 : first
            for _ in 0..<(ports.count / Int(step)) {
                let port = ports.lowerBound + offset
                if entries[port] == nil {
                    entries[port] = entry
                    return TransportAddress(address, port: port)
                }
                offset = (offset + step) % UInt16(ports.count)
            }
            return nil
        }
    }

    func release(_ relayedAddress: TransportAddress) {
        entries.withLock { $0[relayedAddress.port] = nil }
    }

    func resolve(_ peer: TransportAddress) -> Entry? {
        guard peer.address == address else { return nil }
        return entries.withLock { $0[peer.port] }
    }

    package var count: Int { entries.withLock { $0.count } }
}
