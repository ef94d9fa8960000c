// SPDX-License-Identifier: Apache-2.0

import STUNCodec

extension TransportAddress {
    /// Reads `192.0.2.1:443` or `[2001:db8::1]:443`.
    init?(_ text: Substring) {
        guard let colon = text.lastIndex(of: ":"),
            let address = Self.address(text[..<colon]),
            let port = UInt16(digits: text[text.index(after: colon)...])
        else { return nil }
        self.init(address, port: port)
    }

    /// IPv6 addresses in brackets, others without.
    private static func address(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = IPAddress(String(text.dropFirst().dropLast()))
            return address?.family == .ipv6 ? address : nil
        }
        let address = IPAddress(String(text))
        return address?.family == .ipv4 ? address : nil
    }
}

extension UInt16 {
    /// Reads decimal digits alone: the standard initializer would take a sign.
    init?(digits text: Substring) {
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        self.init(text)
    }
}
