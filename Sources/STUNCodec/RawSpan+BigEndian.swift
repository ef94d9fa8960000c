// SPDX-License-Identifier: Apache-2.0

extension RawSpan {
    /// Loads an integer in network byte order from any alignment.
    ///
    /// The one place that reads bytes as integers. An offset out of bounds is a bug of the caller, who has checked the
    /// length: an assertion in debug, zero in release.
    @inlinable
    public func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        as type: Integer.Type = Integer.self
    ) -> Integer {
        guard offset >= 0, offset <= byteCount - MemoryLayout<Integer>.size else {
            assertionFailure("read out of bounds")
            return 0
        }
        return unsafe Integer(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    /// A copy of the bytes.
    @inlinable
    public var array: [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}

extension [UInt8] {
    /// The bytes as what a view reads. Bytes have no padding, which is what makes `Span.bytes` unsafe in general.
    @inlinable
    public var rawSpan: RawSpan {
        @_lifetime(borrow self) get { unsafe span.bytes }
    }

    /// Appends bytes.
    @inlinable
    public mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends an integer in network byte order.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        for shift in stride(from: Integer.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Integer(shift)))
        }
    }
}
