// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// An address that relayed transport addresses are made of: where sockets are bound, and what the world knows it as.
package struct RelayAddress: Hashable, Sendable {
    package let local: IPAddress
    /// Differs from `local` behind a NAT that maps it one to one.
    package let external: IPAddress

    /// - Parameter external: of the same family; nil where there is no NAT.
    package init(_ local: IPAddress, external: IPAddress? = nil) {
        self.local = local
        self.external = external ?? local
    }
}

/// A relayed transport address in both its forms.
package struct RelayedAddress: Hashable, Sendable {
    let host: RelayAddress
    package let port: UInt16

    /// What clients and peers see.
    package var external: TransportAddress { TransportAddress(host.external, port: port) }
    /// What the socket is bound to.
    package var local: TransportAddress { TransportAddress(host.local, port: port) }

    var family: IPAddress.Family { host.external.family }
}
