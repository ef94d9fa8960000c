// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Captures for tests, layer by layer.
enum CaptureBytes {
    static let client: [UInt8] = [192, 0, 2, 7]
    static let server: [UInt8] = [192, 0, 2, 1]

    static func big<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    static func little<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] { big(value).reversed() }

    static func binding(_ number: UInt64 = 1) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.binding, .request),
            transactionID: TransactionID(high: 0, low: number)
        )
        writer.append(Software(text: "test"))
        writer.appendFingerprint()
        return writer.bytes
    }

    // MARK: Packets

    static func udp(_ payload: [UInt8]) -> [UInt8] {
        big(UInt16(5000)) + big(UInt16(3478)) + big(UInt16(8 + payload.count)) + [0, 0] + payload
    }

    static func tcp(_ payload: [UInt8], sequence: UInt32, flags: UInt8 = 0x18) -> [UInt8] {
        big(UInt16(5000)) + big(UInt16(3478)) + big(sequence) + big(UInt32(0)) + [0x50, flags] + big(UInt16(0))
            + [0, 0, 0, 0] + payload
    }

    static func ipv4(_ transport: [UInt8], number: UInt8) -> [UInt8] {
        [0x45, 0] + big(UInt16(20 + transport.count)) + [0, 0, 0, 0, 64, number, 0, 0] + client + server + transport
    }

    static func ipv6(_ transport: [UInt8], number: UInt8) -> [UInt8] {
        let address = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11)
        // With a hop-by-hop header before the payload.
        return [0x60, 0, 0, 0] + big(UInt16(8 + transport.count)) + [0, 64] + address + [7] + address + [1]
            + [number, 0, 1, 4, 0, 0, 0, 0] + transport
    }

    static func ethernet(_ ip: [UInt8], type: UInt16 = 0x0800, vlan: Bool = false) -> [UInt8] {
        [UInt8](repeating: 2, count: 12) + (vlan ? [0x81, 0, 0, 5] : []) + big(type) + ip
    }

    // MARK: Files

    static func pcap(_ packets: [[UInt8]], linkType: UInt32 = 1, isLittleEndian: Bool = true) -> [UInt8] {
        func word(_ value: UInt32) -> [UInt8] { isLittleEndian ? little(value) : big(value) }
        let header = word(0xA1B2_C3D4) + [UInt8](repeating: 0, count: 12) + word(65_535) + word(linkType)
        return packets.reduce(header) { file, packet in
            let length = word(UInt32(packet.count))
            return file + word(1_700_000_000) + word(500_000) + length + length + packet
        }
    }

    static func pcapng(_ packets: [[UInt8]], linkType: UInt16 = 1) -> [UInt8] {
        func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
            let padded = body + [UInt8](repeating: 0, count: (4 - body.count & 3) & 3)
            let length = little(UInt32(12 + padded.count))
            return little(type) + length + padded + length
        }
        let section = block(0x0A0D_0D0A, little(UInt32(0x1A2B_3C4D)) + [1, 0, 0, 0] + little(Int64(-1)))
        // Nanoseconds.
        let resolution = little(UInt16(9)) + little(UInt16(1)) + [9, 0, 0, 0] + [0, 0, 0, 0]
        let interface = block(1, little(linkType) + [0, 0] + little(UInt32(0)) + resolution)
        let ticks: UInt64 = 1_700_000_000_500_000_000
        return packets.reduce(section + interface) { file, packet in
            let length = little(UInt32(packet.count))
            let time = little(UInt32(ticks >> 32)) + little(UInt32(truncatingIfNeeded: ticks))
            return file + block(6, little(UInt32(0)) + time + length + length + packet)
        }
    }
}
