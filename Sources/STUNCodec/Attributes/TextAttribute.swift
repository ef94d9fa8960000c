// SPDX-License-Identifier: Apache-2.0

/// An attribute whose value is UTF-8 text of a limited length.
public protocol TextAttribute: STUNAttributeValue {
    /// In bytes. The RFC limits most to 127 characters, which UTF-8 may take up to 763 bytes for (RFC 8489, section 14.9).
    static var maximumLength: Int { get }
    var text: String { get }
    init(text: String)
}

extension TextAttribute {
    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount <= Self.maximumLength else {
            throw STUNDecodeError(.badValueLength, at: Self.maximumLength)
        }
        self.init(text: try String(decoding: value))
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(utf8: text, limit: Self.maximumLength)
    }
}

extension String {
    init(decoding value: RawSpan) throws(STUNDecodeError) {
        guard let text = String(validating: value.array, as: UTF8.self) else { throw STUNDecodeError(.badText, at: 0) }
        self = text
    }
}

extension [UInt8] {
    /// Appends text, cut before the first character that does not fit.
    mutating func append(utf8 text: String, limit: Int) {
        let start = count
        for character in text.unicodeScalars {
            let encoded = UTF8.encode(character) ?? UTF8.EncodedScalar()
            guard count - start + encoded.count <= limit else { return }
            append(contentsOf: encoded)
        }
    }
}
