// SPDX-License-Identifier: Apache-2.0

extension IPAddress {
    /// What limits for each address go by: a host with IPv6 has a whole /64.
    public var limitGroup: IPAddress {
        ipv6Bits.map { IPAddress(ipv6High: $0.high, low: 0) } ?? self
    }
}
