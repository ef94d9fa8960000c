// SPDX-License-Identifier: Apache-2.0

/// ERROR-CODE (RFC 8489, section 14.8).
public struct ErrorCode: STUNAttributeValue {
    public static let attributeType = AttributeType.errorCode
    /// 300 to 699.
    public let code: Int
    /// For people; at most 763 bytes are sent.
    public let reason: String

    public init(code: Int, reason: String) {
        self.code = code
        self.reason = reason
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        (code, reason) = try value.codeAndReason()
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: UInt16(0))
        bytes.append(code: code, reason: reason)
    }
}

extension RawSpan {
    /// Two bytes of something else, then the class (hundreds) in the low three bits, the number and the reason phrase.
    func codeAndReason() throws(STUNDecodeError) -> (code: Int, reason: String) {
        guard byteCount >= 4, byteCount <= 4 + 763 else { throw STUNDecodeError(.badValueLength, at: 0) }
        let hundreds = Int(bigEndian(at: 2, as: UInt8.self) & 0b111)
        let number = Int(bigEndian(at: 3, as: UInt8.self))
        guard 3...6 ~= hundreds, number < 100 else { throw STUNDecodeError(.badValue, at: 2) }
        do throws(STUNDecodeError) {
            return (hundreds * 100 + number, try String(decoding: extracting(4..<byteCount)))
        } catch {
            throw STUNDecodeError(error.code, at: 4)
        }
    }
}

extension [UInt8] {
    mutating func append(code: Int, reason: String) {
        let code = Swift.min(Swift.max(code, 300), 699)
        append(UInt8(code / 100))
        append(UInt8(code % 100))
        append(utf8: reason, limit: 763)
    }
}
