// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Version 1 (section 2.1): `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443` and CRLF.
extension ProxyHeader {
    /// The longest line, CRLF included.
    private static let lineLimit = 107

    static func text(_ bytes: RawSpan) -> Result {
        let start = bytes.extracting(first: min(lineLimit, bytes.byteCount)).array
        guard let end = start.indices.dropLast().first(where: { start[$0] == 13 && start[$0 + 1] == 10 }) else {
            return start.count < lineLimit ? .needMore : .invalid
        }
        // Bytes are split, not characters: a space may be part of one.
        let fields = start[..<end].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        // "the receiver must ignore anything presented before the CRLF"
        if fields.dropFirst().first == "UNKNOWN" { return .header(ProxyHeader(length: end + 2, source: nil)) }
        guard let source = source(of: fields) else { return .invalid }
        return .header(ProxyHeader(length: end + 2, source: source))
    }

    /// Of the fields PROXY, protocol, source and destination address, source and destination port.
    private static func source(of fields: [String]) -> TransportAddress? {
        guard fields.count == 6, let family = family(of: fields[1]),
            let source = IPAddress(fields[2]), source.family == family,
            let destination = IPAddress(fields[3]), destination.family == family,
            let port = number(fields[4]), number(fields[5]) != nil
        else { return nil }
        return TransportAddress(source.canonical, port: port)
    }

    private static func family(of protocol: String) -> IPAddress.Family? {
        switch `protocol` {
        case "TCP4": .ipv4
        case "TCP6": .ipv6
        default: nil
        }
    }

    private static func number(_ text: String) -> UInt16? {
        text == "0" || text.first != "0" ? UInt16(digits: text[...]) : nil
    }
}
