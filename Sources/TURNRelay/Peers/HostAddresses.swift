// SPDX-License-Identifier: Apache-2.0

package import STUNCodec
import Synchronization

/// The addresses of this host, which come and go while it runs.
///
/// Locked, and asked by ``PeerRules`` alone: when a permission is installed or a route resolved, never for a packet whose
/// route is known.
package final class HostAddresses: Sendable {
    private let addresses: Mutex<Set<IPAddress>>

    package init(_ addresses: [IPAddress] = []) {
        self.addresses = Mutex(Self.set(of: addresses))
    }

    /// Counts from the next permission on; those that are installed last for their five minutes.
    ///
    /// - Returns: whether anything has changed.
    package func replace(with addresses: [IPAddress]) -> Bool {
        let replacement = Self.set(of: addresses)
        return self.addresses.withLock { current in
            defer { current = replacement }
            return current != replacement
        }
    }

    func contains(_ address: IPAddress) -> Bool {
        addresses.withLock { $0.contains(address) }
    }

    private static func set(of addresses: [IPAddress]) -> Set<IPAddress> { Set(addresses.map(\.canonical)) }
}
