// SPDX-License-Identifier: Apache-2.0

extension RawSpan {
    /// The integer that the bytes are, when they are as many as it has.
    func exactInteger<Integer: FixedWidthInteger & BitwiseCopyable>() throws(STUNDecodeError) -> Integer {
        guard byteCount == MemoryLayout<Integer>.size else { throw STUNDecodeError(.badValueLength, at: 0) }
        return bigEndian(at: 0)
    }

    /// The first byte of a four-byte value whose other three bytes are reserved, and ignored.
    func leadingByte() throws(STUNDecodeError) -> UInt8 {
        let word: UInt32 = try exactInteger()
        return UInt8(word >> 24)
    }
}
