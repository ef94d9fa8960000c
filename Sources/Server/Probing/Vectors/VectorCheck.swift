// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// A test vector, run through the codec.
struct VectorCheck: Encodable, Equatable {
    let name: String
    /// What is not as the RFC says; empty when all is well.
    let problems: [String]
    let isSuccess: Bool

    init(_ vector: TestVector) throws {
        name = vector.name
        problems = try Self.problems(vector)
        isSuccess = problems.isEmpty
    }

    private static func problems(_ vector: TestVector) throws -> [String] {
        guard let bytes = HexText.blocks(vector.message)?.first,
            let message = try? STUNMessageView(bytes.rawSpan)
        else { return ["not read as a message"] }
        let check = try IntegrityCheck(username: vector.username, realm: vector.realm, password: vector.password)
        var problems: [String] = []
        if !check.isRight(message, vector.integrity) { problems.append("\(vector.integrity.name) is not right") }
        if (message.hasValidFingerprint ?? false) != vector.hasFingerprint {
            problems.append("FINGERPRINT is not right")
        }
        for (type, expected) in vector.values {
            let value = message.firstAttribute(type).map { attribute in
                AttributeText(value: message.bytes(in: attribute.range).array, transactionID: message.transactionID)
                    .text(type)
            }
            if value != expected { problems.append("\(type.name) reads \(value ?? "nothing")") }
        }
        return problems
    }
}
