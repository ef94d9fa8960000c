// SPDX-License-Identifier: Apache-2.0

/// What is around IP packets in a capture, by the numbers of the tcpdump registry of link types.
enum LinkLayer {
    /// - Returns: the IP packet; nil for other protocols and unknown link types.
    static func ipPacket(in packet: CapturedPacket) -> ArraySlice<UInt8>? {
        switch packet.linkType {
        case 0, 108: packet.bytes.dropFirst(4)
        case 1: ethernet(packet.bytes)
        case 12, 14, 101, 228, 229: packet.bytes
        case 113: cooked(packet.bytes, protocolOffset: 14, headerLength: 16)
        case 276: cooked(packet.bytes, protocolOffset: 0, headerLength: 20)
        default: nil
        }
    }

    /// Two addresses of six bytes, VLAN tags, and the EtherType.
    private static func ethernet(_ frame: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var reader = ByteReader(frame)
        guard reader.take(12) != nil else { return nil }
        while let type: UInt16 = reader.integer() {
            switch type {
            case 0x8100, 0x88A8: guard reader.take(2) != nil else { return nil }
            case 0x0800, 0x86DD: return reader.bytes
            default: return nil
            }
        }
        return nil
    }

    /// "Linux cooked" capture, of the device "any": versions 1 and 2.
    private static func cooked(
        _ frame: ArraySlice<UInt8>,
        protocolOffset: Int,
        headerLength: Int
    ) -> ArraySlice<UInt8>? {
        var reader = ByteReader(frame.dropFirst(protocolOffset))
        guard let type: UInt16 = reader.integer(), type == 0x0800 || type == 0x86DD else { return nil }
        return frame.dropFirst(headerLength)
    }
}
