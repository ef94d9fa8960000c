// SPDX-License-Identifier: Apache-2.0

/// A STUN message in the bytes that it arrived in. Reading it allocates nothing.
///
/// The view exists only for messages whose header and attribute lengths are right, so its offsets are always in bounds.
@frozen
public struct STUNMessageView: ~Escapable {
    /// RFC 8489, section 5.
    public static let headerLength = 20
    /// RFC 8489, section 5.
    public static let magicCookie: UInt32 = 0x2112_A442

    public let bytes: RawSpan

    /// - Parameter bytes: one message, from the first byte of its header to the last of its last attribute.
    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) throws(STUNDecodeError) {
        guard bytes.byteCount >= Self.headerLength else { throw STUNDecodeError(.truncated, at: bytes.byteCount) }
        guard bytes.bigEndian(at: 0, as: UInt8.self) < 4 else { throw STUNDecodeError(.notSTUN, at: 0) }
        guard bytes.bigEndian(at: 4) == Self.magicCookie else { throw STUNDecodeError(.noMagicCookie, at: 4) }
        let length = Int(bytes.bigEndian(at: 2, as: UInt16.self))
        guard length % 4 == 0, Self.headerLength + length == bytes.byteCount else {
            throw STUNDecodeError(.badLength, at: 2)
        }
        var offset = Self.headerLength
        while offset < bytes.byteCount {
            guard let attribute = AttributeIterator.attribute(at: offset, of: bytes) else {
                throw STUNDecodeError(.truncated, at: offset)
            }
            offset = attribute.end
        }
        self.bytes = bytes
    }

    @inlinable public var type: MessageType { MessageType(rawValue: bytes.bigEndian(at: 0)) }

    @inlinable public var transactionID: TransactionID {
        TransactionID(high: bytes.bigEndian(at: 8), low: bytes.bigEndian(at: 12))
    }

    @inlinable public var attributes: AttributeIterator {
        @_lifetime(copy self) get { AttributeIterator(bytes) }
    }

    /// The bytes of a range of the message; empty when the range is not in it.
    @inlinable
    @_lifetime(copy self)
    public func bytes(in range: Range<Int>) -> RawSpan {
        let isInside = range.lowerBound >= 0 && range.upperBound <= bytes.byteCount
        return bytes.extracting(isInside ? range : 0..<0)
    }
}

// MARK: Attributes

extension STUNMessageView {
    /// The first attribute of a type, among those that may be acted on (see ``AttributeIterator``).
    @inlinable
    public func firstAttribute(_ type: AttributeType) -> STUNAttribute? {
        var attributes = attributes
        while let attribute = attributes.next() {
            if attribute.type == type { return attribute }
        }
        return nil
    }

    /// The value of the first attribute of its type; nil when there is none.
    public func value<Value: STUNAttributeValue>(_ type: Value.Type) throws(STUNDecodeError) -> Value? {
        guard let attribute = firstAttribute(Value.attributeType) else { return nil }
        return try decode(type, from: attribute)
    }

    /// The values of all attributes of a type, in order.
    public func values<Value: STUNAttributeValue>(_ type: Value.Type) throws(STUNDecodeError) -> [Value] {
        var values: [Value] = []
        var attributes = attributes
        while let attribute = attributes.next() {
            if attribute.type == Value.attributeType {
                values.append(try decode(type, from: attribute))
            }
        }
        return values
    }

    private func decode<Value: STUNAttributeValue>(
        _ type: Value.Type,
        from attribute: STUNAttribute
    ) throws(STUNDecodeError) -> Value {
        do throws(STUNDecodeError) {
            return try Value(decoding: bytes(in: attribute.range), transactionID: transactionID)
        } catch {
            throw STUNDecodeError(error.code, at: attribute.range.lowerBound + error.offset)
        }
    }

    /// The types of comprehension-required attributes that the caller does not know, each once, for a 420 response.
    public func unknownComprehensionRequired(knowing isKnown: (AttributeType) -> Bool) -> [AttributeType] {
        var unknown: [AttributeType] = []
        var attributes = attributes
        while let attribute = attributes.next() {
            let type = attribute.type
            // The number of different types bounds the search: 65535 bytes hold at most 16378 attributes.
            if type.isComprehensionRequired, !isKnown(type), unknown.count < 32, !unknown.contains(type) {
                unknown.append(type)
            }
        }
        return unknown
    }
}

// MARK: Integrity

extension STUNMessageView {
    /// What a MAC is to be computed over and compared with; nil when the message has no such attribute, or one with a
    /// length that the RFC does not allow.
    ///
    /// - Parameter type: `messageIntegrity` or `messageIntegritySHA256`.
    public func integrityCoverage(_ type: AttributeType) -> IntegrityCoverage? {
        guard let attribute = firstAttribute(type) else { return nil }
        let length = attribute.range.count
        // RFC 8489, section 14.6: the SHA-256 MAC may be truncated to a multiple of four bytes, but not below 16.
        let isSound = type == .messageIntegrity ? length == 20 : length % 4 == 0 && 16...32 ~= length
        guard isSound else { return nil }
        var header = bytes(in: 0..<2).array
        header.append(bigEndian: UInt16(truncatingIfNeeded: attribute.end - Self.headerLength))
        return IntegrityCoverage(header: header, body: 4..<attribute.headerOffset, mac: attribute.range)
    }

    /// Whether FINGERPRINT is right; nil when the message has none.
    public var hasValidFingerprint: Bool? {
        guard let attribute = firstAttribute(.fingerprint) else { return nil }
        guard attribute.range.count == 4, attribute.end == bytes.byteCount else { return false }
        let covered = bytes(in: 0..<attribute.headerOffset)
        return bytes.bigEndian(at: attribute.range.lowerBound) == Fingerprint.value(of: covered)
    }
}
