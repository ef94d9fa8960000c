// SPDX-License-Identifier: Apache-2.0

/// Builds a STUN message.
///
/// MACs are passed in as closures: this module computes none. What would make the message longer than its 16-bit length
/// can say is left out, and ``isTooLong`` says so.
public struct STUNMessageWriter: Sendable {
    /// The message so far. Always whole: the length field counts what is there.
    public private(set) var bytes: [UInt8]
    /// True once an attribute did not fit.
    public private(set) var isTooLong = false
    private let transactionID: TransactionID

    public init(type: MessageType, transactionID: TransactionID) {
        self.transactionID = transactionID
        bytes = []
        bytes.reserveCapacity(160)
        bytes.append(bigEndian: type.rawValue)
        bytes.append(bigEndian: UInt16(0))
        bytes.append(bigEndian: STUNMessageView.magicCookie)
        bytes.append(bigEndian: transactionID.high)
        bytes.append(bigEndian: transactionID.low)
    }

    public mutating func append(_ value: some STUNAttributeValue) {
        appendAttribute(type(of: value).attributeType) { bytes, transactionID in
            value.encode(into: &bytes, transactionID: transactionID)
        }
    }

    /// Appends an attribute of any type.
    public mutating func append(_ type: AttributeType, bytes value: some Collection<UInt8>) {
        appendAttribute(type) { bytes, _ in bytes.append(contentsOf: value) }
    }

    /// Appends MESSAGE-INTEGRITY.
    ///
    /// - Parameter mac: HMAC-SHA1 of the bytes that it is given, which have the right length field already.
    public mutating func appendMessageIntegrity(_ mac: (RawSpan) -> [UInt8]) {
        appendIntegrity(.messageIntegrity, length: 20, mac)
    }

    /// Appends MESSAGE-INTEGRITY-SHA256.
    ///
    /// - Parameters:
    ///   - length: in bytes; the MAC may be truncated to 16 and more, in steps of four.
    ///   - mac: HMAC-SHA256 of the bytes that it is given, which have the right length field already.
    public mutating func appendMessageIntegritySHA256(length: Int = 32, _ mac: (RawSpan) -> [UInt8]) {
        appendIntegrity(.messageIntegritySHA256, length: length, mac)
    }

    /// Appends FINGERPRINT, which must be the last attribute.
    public mutating func appendFingerprint() {
        guard reserve(8) else { return }
        setLength(bytes.count + 8)
        let value = Fingerprint.value(of: bytes.rawSpan)
        appendAttribute(.fingerprint) { bytes, _ in bytes.append(bigEndian: value) }
    }

    private mutating func appendIntegrity(_ type: AttributeType, length: Int, _ mac: (RawSpan) -> [UInt8]) {
        guard reserve(4 + length) else { return }
        setLength(bytes.count + 4 + length)
        append(type, bytes: mac(bytes.rawSpan).prefix(length))
    }

    private mutating func appendAttribute(
        _ type: AttributeType,
        _ encode: (inout [UInt8], TransactionID) -> Void
    ) {
        let start = bytes.count
        bytes.append(bigEndian: type.rawValue)
        bytes.append(bigEndian: UInt16(0))
        encode(&bytes, transactionID)
        let length = bytes.count - start - 4
        // > The bits are set to zero on sending and are ignored by the receiver.
        while bytes.count % 4 != 0 {
            bytes.append(0)
        }
        guard let attributeLength = UInt16(exactly: length), bytes.count - STUNMessageView.headerLength <= UInt16.max
        else {
            bytes.removeSubrange(start...)
            isTooLong = true
            return
        }
        bytes[start + 2] = UInt8(attributeLength >> 8)
        bytes[start + 3] = UInt8(attributeLength & 0xFF)
        setLength(bytes.count)
    }

    private mutating func reserve(_ count: Int) -> Bool {
        guard bytes.count + count - STUNMessageView.headerLength <= UInt16.max else {
            isTooLong = true
            return false
        }
        return true
    }

    private mutating func setLength(_ total: Int) {
        let length = UInt16(truncatingIfNeeded: total - STUNMessageView.headerLength)
        bytes[2] = UInt8(length >> 8)
        bytes[3] = UInt8(length & 0xFF)
    }
}
