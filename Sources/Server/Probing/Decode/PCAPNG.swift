// SPDX-License-Identifier: Apache-2.0

/// The blocks of a pcapng file that hold packets or what those refer to (draft-ietf-opsawg-pcapng).
struct PCAPNG {
    private struct Interface {
        let linkType: UInt32
        let ticksPerSecond: Double
    }

    private var interfaces: [Interface] = []
    private var packets: [CapturedPacket] = []
    private var isLittleEndian = false

    static func packets(_ file: [UInt8]) -> [CapturedPacket] {
        var parser = PCAPNG()
        var rest = file[...]
        while let length = parser.readBlock(rest) {
            rest = rest.dropFirst(length)
        }
        return parser.packets
    }

    /// - Returns: the length of the block; nil when there is none that is whole.
    private mutating func readBlock(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) { startSection(bytes) }
        var reader = ByteReader(bytes, isLittleEndian: isLittleEndian)
        guard let type: UInt32 = reader.integer(), let length: UInt32 = reader.integer(), length >= 12, length % 4 == 0,
            let body = reader.take(Int(length) - 12), reader.take(4) != nil
        else { return nil }
        switch type {
        case 1: readInterface(body)
        case 3: readSimplePacket(body)
        case 6: readPacket(body)
        default: break
        }
        return Int(length)
    }

    /// Each section has a byte order and interfaces of its own.
    private mutating func startSection(_ bytes: ArraySlice<UInt8>) {
        interfaces = []
        isLittleEndian = bytes.dropFirst(8).starts(with: [0x4D, 0x3C, 0x2B, 0x1A])
    }

    private mutating func readInterface(_ body: ArraySlice<UInt8>) {
        var reader = ByteReader(body, isLittleEndian: isLittleEndian)
        guard let linkType: UInt16 = reader.integer(), reader.take(6) != nil else { return }
        interfaces.append(Interface(linkType: UInt32(linkType), ticksPerSecond: resolution(&reader)))
    }

    /// Option `if_tsresol`: a power of ten, or of two when the first bit is set; without it microseconds.
    private func resolution(_ options: inout ByteReader) -> Double {
        while let code: UInt16 = options.integer(), let length: UInt16 = options.integer(), code != 0,
            let value = options.take((Int(length) + 3) & ~3)
        {
            guard code == 9, let exponent = value.first else { continue }
            let base = exponent & 0x80 == 0 ? 10.0 : 2.0
            return (0..<exponent & 0x7F).reduce(1.0) { power, _ in power * base }
        }
        return 1e6
    }

    private mutating func readPacket(_ body: ArraySlice<UInt8>) {
        var reader = ByteReader(body, isLittleEndian: isLittleEndian)
        guard let index: UInt32 = reader.integer(), let high: UInt32 = reader.integer(),
            let low: UInt32 = reader.integer(), let length: UInt32 = reader.integer(), reader.take(4) != nil,
            let bytes = reader.take(Int(length)), interfaces.indices.contains(Int(index))
        else { return }
        let interface = interfaces[Int(index)]
        let ticks = UInt64(high) << 32 | UInt64(low)
        let time = Double(ticks) / interface.ticksPerSecond
        packets.append(CapturedPacket(time: time, linkType: interface.linkType, bytes: bytes))
    }

    /// Has neither time nor captured length: what is there may be padding.
    private mutating func readSimplePacket(_ body: ArraySlice<UInt8>) {
        var reader = ByteReader(body, isLittleEndian: isLittleEndian)
        guard let interface = interfaces.first, let length: UInt32 = reader.integer() else { return }
        let bytes = reader.bytes.prefix(Int(length))
        packets.append(CapturedPacket(time: 0, linkType: interface.linkType, bytes: bytes))
    }
}
