// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Version 2 (section 2.2): signature, version and command, family and transport, length; then addresses, then
/// type-length-values.
extension ProxyHeader {
    private static let fixedLength = 16

    private enum Command: UInt8 {
        /// The proxy's own connection: a health check.
        case local = 0x20
        case proxy = 0x21
    }

    static func binary(_ bytes: RawSpan) -> Result {
        guard bytes.byteCount > 12 else { return .needMore }
        guard let command = Command(rawValue: bytes.bigEndian(at: 12)) else { return .invalid }
        guard bytes.byteCount >= fixedLength else { return .needMore }
        let length = fixedLength + Int(bytes.bigEndian(at: 14, as: UInt16.self))
        guard bytes.byteCount >= length else { return .needMore }
        let own = ProxyHeader(length: length, source: nil)
        switch command {
        case .local: return .header(own)
        case .proxy: return addresses(in: bytes.extracting(first: length)) ?? .header(own)
        }
    }

    /// Nil for families and transports that are valid but are not TCP over IP: "must use the real connection endpoints".
    private static func addresses(in header: RawSpan) -> Result? {
        let family: UInt8 = header.bigEndian(at: 13)
        switch family {
        case 0x11: return tcp(header, addressLength: 4)
        case 0x21: return tcp(header, addressLength: 16)
        default: return family >> 4 <= 3 && family & 0x0F <= 2 ? nil : .invalid
        }
    }

    /// Source and destination address, source and destination port.
    private static func tcp(_ header: RawSpan, addressLength: Int) -> Result {
        let portOffset = fixedLength + 2 * addressLength
        guard header.byteCount >= portOffset + 4, hasValidValues(header, from: portOffset + 4) else { return .invalid }
        let source = TransportAddress(
            addressLength == 4
                ? IPAddress(ipv4: header.bigEndian(at: fixedLength))
                : IPAddress(ipv6High: header.bigEndian(at: fixedLength), low: header.bigEndian(at: fixedLength + 8))
                    .canonical,
            port: header.bigEndian(at: portOffset)
        )
        return .header(ProxyHeader(length: header.byteCount, source: source))
    }

    // MARK: Type-length-values

    /// PP2_TYPE_CRC32C (section 2.2.3), the one that is looked into.
    private static let checksumType: UInt8 = 3

    private static func hasValidValues(_ header: RawSpan, from start: Int) -> Bool {
        var position = start
        while position < header.byteCount {
            guard position + 3 <= header.byteCount else { return false }
            let value = position + 3
            let length = Int(header.bigEndian(at: position + 1, as: UInt16.self))
            guard value + length <= header.byteCount else { return false }
            if header.bigEndian(at: position) == checksumType {
                guard length == 4, header.bigEndian(at: value) == checksum(of: header, without: value) else {
                    return false
                }
            }
            position = value + length
        }
        return true
    }

    /// CRC-32C (RFC 9260, appendix A) of the header, as if the checksum at `offset` were zero.
    private static func checksum(of header: RawSpan, without offset: Int) -> UInt32 {
        var crc = UInt32.max
        for index in 0..<header.byteCount {
            crc ^= offset..<offset + 4 ~= index ? 0 : UInt32(header.bigEndian(at: index, as: UInt8.self))
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
        }
        return ~crc
    }
}
