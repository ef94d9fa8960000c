// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// A response of the server, success or error.
package struct TURNResponse: Equatable, Sendable {
    let bytes: [UInt8]
    package let type: MessageType
    /// The error's code and reason; nil for a success.
    package let error: ErrorCode?

    init(_ message: STUNMessageView) throws(STUNDecodeError) {
        bytes = message.bytes.array
        type = message.type
        error = try message.value(ErrorCode.self)
        guard type.messageClass != .errorResponse || error != nil else {
            throw STUNDecodeError(.truncated, at: bytes.count)
        }
    }

    /// The first attribute of a type; nil when it is missing or malformed.
    package func value<Value: STUNAttributeValue>(_ type: Value.Type) -> Value? {
        guard let message = try? STUNMessageView(bytes.rawSpan) else { return nil }
        return try? message.value(type)
    }

    /// An attribute that the response is useless without.
    package func required<Value: STUNAttributeValue>(_ type: Value.Type) throws(TURNClientError) -> Value {
        guard let value = value(type) else { throw .incomplete(self.type.method, Value.attributeType) }
        return value
    }
}
