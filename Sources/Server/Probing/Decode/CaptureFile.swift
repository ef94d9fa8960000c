// SPDX-License-Identifier: Apache-2.0

/// A packet of a capture.
struct CapturedPacket: Equatable {
    /// Seconds since 1970.
    let time: Double
    let linkType: UInt32
    let bytes: ArraySlice<UInt8>
}

/// Packets of a capture file, pcap or pcapng. A file that ends inside a packet gives those before it.
enum CaptureFile {
    /// - Returns: nil when the bytes begin like neither.
    static func packets(_ file: [UInt8]) -> [CapturedPacket]? {
        var reader = ByteReader(file[...])
        switch reader.integer(UInt32.self) {
        case 0xA1B2_C3D4: return pcap(file, isLittleEndian: false, ticksPerSecond: 1e6)
        case 0xD4C3_B2A1: return pcap(file, isLittleEndian: true, ticksPerSecond: 1e6)
        case 0xA1B2_3C4D: return pcap(file, isLittleEndian: false, ticksPerSecond: 1e9)
        case 0x4D3C_B2A1: return pcap(file, isLittleEndian: true, ticksPerSecond: 1e9)
        case 0x0A0D_0D0A: return PCAPNG.packets(file)
        default: return nil
        }
    }

    /// draft-ietf-opsawg-pcap: magic, versions, two unused words, snap length, link type, then records.
    private static func pcap(_ file: [UInt8], isLittleEndian: Bool, ticksPerSecond: Double) -> [CapturedPacket] {
        var reader = ByteReader(file[...], isLittleEndian: isLittleEndian)
        var packets: [CapturedPacket] = []
        guard reader.take(20) != nil, let linkType: UInt32 = reader.integer() else { return [] }
        while let seconds: UInt32 = reader.integer(), let ticks: UInt32 = reader.integer(),
            let length: UInt32 = reader.integer(), reader.take(4) != nil, let bytes = reader.take(Int(length))
        {
            // The upper bits say whether and how long a frame check sequence is.
            packets.append(
                CapturedPacket(
                    time: Double(seconds) + Double(ticks) / ticksPerSecond,
                    linkType: linkType & 0xFFFF,
                    bytes: bytes
                )
            )
        }
        return packets
    }
}
