// SPDX-License-Identifier: Apache-2.0

/// PASSWORD-ALGORITHM (RFC 8489, section 14.12): how the key is derived from the password.
public struct PasswordAlgorithm: STUNAttributeValue {
    public static let attributeType = AttributeType.passwordAlgorithm
    /// Of the IANA registry "STUN Password Algorithms".
    public let number: UInt16
    public let parameters: [UInt8]

    public static let md5 = PasswordAlgorithm(number: 1, parameters: [])
    public static let sha256 = PasswordAlgorithm(number: 2, parameters: [])

    public init(number: UInt16, parameters: [UInt8]) {
        self.number = number
        self.parameters = parameters
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        let (algorithm, end) = try Self.next(in: value, from: 0)
        guard end == (value.byteCount + 3) & ~3 else { throw STUNDecodeError(.badValueLength, at: end) }
        self = algorithm
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: number)
        bytes.append(bigEndian: UInt16(clamping: parameters.count))
        bytes.append(contentsOf: parameters.prefix(Int(UInt16.max)))
    }

    /// Number, length and parameters; the next begins at a multiple of four bytes.
    static func next(
        in value: RawSpan,
        from offset: Int
    ) throws(STUNDecodeError) -> (algorithm: PasswordAlgorithm, end: Int) {
        guard offset <= value.byteCount - 4 else { throw STUNDecodeError(.truncated, at: offset) }
        let length = Int(value.bigEndian(at: offset + 2, as: UInt16.self))
        let end = offset + 4 + length
        guard end <= value.byteCount else { throw STUNDecodeError(.truncated, at: offset + 2) }
        let parameters = value.extracting(offset + 4..<end).array
        return (PasswordAlgorithm(number: value.bigEndian(at: offset), parameters: parameters), (end + 3) & ~3)
    }
}

/// PASSWORD-ALGORITHMS (RFC 8489, section 14.11): those that the server can use, in order of preference.
public struct PasswordAlgorithms: STUNAttributeValue {
    public static let attributeType = AttributeType.passwordAlgorithms
    public let algorithms: [PasswordAlgorithm]

    public init(_ algorithms: [PasswordAlgorithm]) {
        self.algorithms = algorithms
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        var algorithms: [PasswordAlgorithm] = []
        var offset = 0
        while offset < value.byteCount {
            let (algorithm, end) = try PasswordAlgorithm.next(in: value, from: offset)
            algorithms.append(algorithm)
            offset = end
        }
        self.algorithms = algorithms
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        for (index, algorithm) in algorithms.enumerated() {
            algorithm.encode(into: &bytes, transactionID: transactionID)
            let padding = index < algorithms.count - 1 ? (4 - algorithm.parameters.count & 3) & 3 : 0
            bytes.append(contentsOf: repeatElement(0, count: padding))
        }
    }
}
