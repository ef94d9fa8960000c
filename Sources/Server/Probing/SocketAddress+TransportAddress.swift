// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

extension SocketAddress {
    init(_ address: TransportAddress) throws {
        try self.init(ipAddress: "\(address.address)", port: Int(address.port))
    }
}

extension TransportAddress {
    /// Reads `192.0.2.1:443` or `[2001:db8::1]:443`; port 0 is one, too.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard let address = IPAddress(String(isBracketed ? host.dropFirst().dropLast() : host)),
            isBracketed == (address.family == .ipv6)
        else { return nil }
        self.init(address, port: port)
    }
}
