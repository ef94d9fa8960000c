// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

extension SocketAddress {
    init(_ address: TransportAddress) throws {
        try self.init(ipAddress: "\(address.address)", port: Int(address.port))
    }
}

extension TransportAddress {
    /// The plain value of a socket address, once, at the edge: NIO's type lives on the heap. Nil for a Unix socket.
    package init?(_ socketAddress: SocketAddress) {
        if case .unixDomainSocket = socketAddress { return nil }
        self = socketAddress.withSockAddr { address, length in
            TransportAddress(
                sockaddr: UnsafeRawBufferPointer(start: address, count: length).bytes,
                isIPv6: socketAddress.protocol == .inet6
            )
        }
    }

    /// `sockaddr_in` is family, port, address; `sockaddr_in6` has four bytes of flow label before the address. All but
    /// the family in network byte order.
    private init(sockaddr: RawSpan, isIPv6: Bool) {
        let port: UInt16 = sockaddr.bigEndian(at: 2)
        guard isIPv6 else {
            self.init(IPAddress(ipv4: sockaddr.bigEndian(at: 4)), port: port)
            return
        }
        let address = IPAddress(ipv6High: sockaddr.bigEndian(at: 8), low: sockaddr.bigEndian(at: 16))
        // A dual-stack socket shows IPv4 clients as IPv4-mapped addresses.
        self.init(address.canonical, port: port)
    }
}
