// SPDX-License-Identifier: Apache-2.0

/// The CRC-32 of FINGERPRINT (RFC 8489, section 14.7).
public enum Fingerprint {
    /// > the CRC-32 of the STUN message up to (but excluding) the FINGERPRINT attribute itself, XOR'ed with the 32-bit
    /// > value 0x5354554e
    static func value(of bytes: RawSpan) -> UInt32 {
        crc32(bytes) ^ 0x5354_554E
    }

    /// ITU V.42: reflected polynomial 0xEDB88320, initial and final complement.
    static func crc32(_ bytes: RawSpan) -> UInt32 {
        var crc = UInt32.max
        for index in 0..<bytes.byteCount {
            let byte: UInt8 = bytes.bigEndian(at: index)
            crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8
        }
        return ~crc
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
        }
    }
}
