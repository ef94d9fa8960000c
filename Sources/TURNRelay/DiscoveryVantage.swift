// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// One of the four UDP sockets (two addresses with two ports each) that NAT behavior discovery needs, in the addresses
/// that clients see (RFC 5780, section 6).
package struct DiscoveryVantage: Hashable, Sendable {
    /// The address of this socket.
    package let origin: TransportAddress
    /// That of the socket which has the other address and the other port.
    package let other: TransportAddress

    package init(origin: TransportAddress, other: TransportAddress) {
        self.origin = origin
        self.other = other
    }

    /// The source of a response to a request that arrived here.
    func origin(changing change: ChangeRequest?) -> TransportAddress {
        TransportAddress(
            change?.changeAddress == true ? other.address : origin.address,
            port: change?.changePort == true ? other.port : origin.port
        )
    }
}

/// What becomes of a message at a socket for NAT behavior discovery.
package enum DiscoveryOutcome: Equatable, Sendable {
    case reply(BindingReply)
    case drop(DropReason)
    /// It is no Binding request: to be taken as at any other socket.
    case otherMessage
}

/// A Binding response that may leave through another socket than the request arrived at, to another port than it came
/// from.
package struct BindingReply: Equatable, Sendable {
    package let bytes: [UInt8]
    /// Of the socket to send from: the address of a ``DiscoveryVantage``.
    package let origin: TransportAddress
    package let destination: TransportAddress
}
