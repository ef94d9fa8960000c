// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// Which peers the open relay may exchange data with: what keeps it from being a way into the networks around it.
///
/// In this order:
/// 1. What `deny` holds is denied.
/// 2. What `allow` holds is allowed.
/// 3. Special-purpose addresses and the host's own are denied.
/// 4. The rest is allowed.
///
/// An IPv6 address that leads to an IPv4 address (``STUNCodec/IPAddress/embeddedIPv4``) must be allowed both as it
/// stands and as that address.
package struct PeerRules: Sendable {
    package var allow: [IPNetwork]
    package var deny: [IPNetwork]
    /// Shared by the rules of all realms: whoever made it keeps it up to date.
    package var hostAddresses: HostAddresses

    package init(allow: [IPNetwork] = [], deny: [IPNetwork] = [], hostAddresses: HostAddresses = HostAddresses()) {
        self.allow = allow
        self.deny = deny
        self.hostAddresses = hostAddresses
    }

    package func allows(_ peer: IPAddress) -> Bool {
        allowsAlone(peer) && peer.embeddedIPv4.allSatisfy(allowsAlone)
    }

    private func allowsAlone(_ address: IPAddress) -> Bool {
        if Self.holds(deny, address) { return false }
        if Self.holds(allow, address) { return true }
        return !SpecialPurposeAddresses.contains(address) && !hostAddresses.contains(address)
    }

    /// An IPv4 network also holds the IPv4-mapped form of its addresses: to a socket they are the same.
    private static func holds(_ networks: [IPNetwork], _ address: IPAddress) -> Bool {
        let canonical = address.canonical
        return networks.contains { $0.contains(address) || $0.contains(canonical) }
    }
}
