// SPDX-License-Identifier: Apache-2.0

/// Walks over the attributes of a message that may be acted on.
///
/// > With the exception of the FINGERPRINT and MESSAGE-INTEGRITY-SHA256 attributes, agents MUST ignore all other
/// > attributes that follow MESSAGE-INTEGRITY
/// RFC 8489, section 14.5; section 14.6 says the same of MESSAGE-INTEGRITY-SHA256, and FINGERPRINT is the last.
@frozen
public struct AttributeIterator: ~Escapable {
    @usableFromInline let bytes: RawSpan
    @usableFromInline var offset = STUNMessageView.headerLength
    /// The last of the closing attributes that was seen; those have an order of their own.
    @usableFromInline var closing = 0

    @inlinable
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) {
        self.bytes = bytes
    }

    @inlinable
    public mutating func next() -> STUNAttribute? {
        while let attribute = Self.attribute(at: offset, of: bytes) {
            offset = attribute.end
            let order = Self.closingOrder(attribute.type)
            if closing == 0 || order > closing {
                closing = order
                return attribute
            }
        }
        return nil
    }

    /// 0 for ordinary attributes.
    @inlinable
    static func closingOrder(_ type: AttributeType) -> Int {
        switch type.rawValue {
        case AttributeType.messageIntegrity.rawValue: 1
        case AttributeType.messageIntegritySHA256.rawValue: 2
        case AttributeType.fingerprint.rawValue: 3
        default: 0
        }
    }

    /// The attribute whose header is at `offset`; nil at the end, or when it does not fit.
    @inlinable
    static func attribute(at offset: Int, of bytes: RawSpan) -> STUNAttribute? {
        guard offset <= bytes.byteCount - 4 else { return nil }
        let length = Int(bytes.bigEndian(at: offset + 2, as: UInt16.self))
        let attribute = STUNAttribute(
            type: AttributeType(rawValue: bytes.bigEndian(at: offset)),
            range: offset + 4..<offset + 4 + length
        )
        return attribute.end <= bytes.byteCount ? attribute : nil
    }
}
