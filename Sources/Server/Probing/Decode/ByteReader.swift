// SPDX-License-Identifier: Apache-2.0

/// Reads integers and pieces of bytes that may end anywhere: nil beyond the end.
struct ByteReader {
    private(set) var bytes: ArraySlice<UInt8>
    var isLittleEndian = false

    init(_ bytes: ArraySlice<UInt8>, isLittleEndian: Bool = false) {
        self.bytes = bytes
        self.isLittleEndian = isLittleEndian
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= bytes.count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(
        _ type: Integer.Type = Integer.self
    ) -> Integer? {
        guard let taken = take(Integer.bitWidth / 8) else { return nil }
        let ordered = isLittleEndian ? Array(taken.reversed()) : Array(taken)
        return ordered.reduce(0) { $0 << 8 | Integer($1) }
    }
}
