// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// A UDP datagram or TCP segment of an IP packet.
struct TransportPacket: Equatable {
    enum Kind: Equatable {
        case udp
        case tcp(sequence: UInt32, isFirst: Bool)
    }

    let kind: Kind
    let source: TransportAddress
    let destination: TransportAddress
    let payload: ArraySlice<UInt8>

    /// - Returns: nil for other protocols, fragments other than the first, and what is cut off.
    init?(ip packet: ArraySlice<UInt8>) {
        guard let header = IPHeader(packet) else { return nil }
        var reader = ByteReader(header.payload)
        guard let sourcePort: UInt16 = reader.integer(), let destinationPort: UInt16 = reader.integer() else {
            return nil
        }
        source = TransportAddress(header.source, port: sourcePort)
        destination = TransportAddress(header.destination, port: destinationPort)
        switch header.protocolNumber {
        case 17:
            guard let length: UInt16 = reader.integer(), reader.take(2) != nil else { return nil }
            kind = .udp
            payload = reader.bytes.prefix(max(0, Int(length) - 8))
        case 6:
            guard let sequence: UInt32 = reader.integer(), reader.take(4) != nil,
                let offset: UInt8 = reader.integer(), let flags: UInt8 = reader.integer()
            else { return nil }
            kind = .tcp(sequence: sequence, isFirst: flags & 0b10 != 0)
            payload = header.payload.dropFirst(max(20, Int(offset >> 4) * 4))
        default:
            return nil
        }
    }
}

/// What is needed of an IPv4 or IPv6 header.
private struct IPHeader {
    let source: IPAddress
    let destination: IPAddress
    let protocolNumber: UInt8
    let payload: ArraySlice<UInt8>

    init?(_ packet: ArraySlice<UInt8>) {
        switch packet.first.map({ $0 >> 4 }) {
        case 4: self.init(ipv4: packet)
        case 6: self.init(ipv6: packet)
        default: return nil
        }
    }

    private init?(ipv4 packet: ArraySlice<UInt8>) {
        var reader = ByteReader(packet)
        guard let version: UInt8 = reader.integer(), reader.take(1) != nil, let length: UInt16 = reader.integer(),
            reader.take(2) != nil, let fragment: UInt16 = reader.integer(), fragment & 0x1FFF == 0,
            reader.take(1) != nil, let protocolNumber: UInt8 = reader.integer(), reader.take(2) != nil,
            let source: UInt32 = reader.integer(), let destination: UInt32 = reader.integer()
        else { return nil }
        let headerLength = max(20, Int(version & 0x0F) * 4)
        self.source = IPAddress(ipv4: source)
        self.destination = IPAddress(ipv4: destination)
        self.protocolNumber = protocolNumber
        // Ethernet pads short packets, and offloading leaves the length zero.
        let whole = length == 0 ? packet : packet.prefix(Int(length))
        payload = whole.dropFirst(headerLength)
    }

    private init?(ipv6 packet: ArraySlice<UInt8>) {
        var reader = ByteReader(packet)
        guard reader.take(4) != nil, let length: UInt16 = reader.integer(), let next: UInt8 = reader.integer(),
            reader.take(1) != nil,
            let source = Self.address(&reader), let destination = Self.address(&reader)
        else { return nil }
        self.source = source
        self.destination = destination
        let rest = length == 0 ? reader.bytes : reader.bytes.prefix(Int(length))
        guard let (protocolNumber, payload) = Self.skippingExtensions(next, rest) else { return nil }
        self.protocolNumber = protocolNumber
        self.payload = payload
    }

    private static func address(_ reader: inout ByteReader) -> IPAddress? {
        guard let high: UInt64 = reader.integer(), let low: UInt64 = reader.integer() else { return nil }
        return IPAddress(ipv6High: high, low: low)
    }

    /// Hop-by-hop options, routing and destination options say their length; a fragment header means a fragment.
    private static func skippingExtensions(
        _ first: UInt8,
        _ bytes: ArraySlice<UInt8>
    ) -> (UInt8, ArraySlice<UInt8>)? {
        var (type, reader) = (first, ByteReader(bytes))
        while [0, 43, 60].contains(type) {
            guard let next: UInt8 = reader.integer(), let length: UInt8 = reader.integer(),
                reader.take(6 + Int(length) * 8) != nil
            else { return nil }
            type = next
        }
        return type == 44 ? nil : (type, reader.bytes)
    }
}
