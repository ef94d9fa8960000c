// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// Why a request of the client did not succeed.
package enum TURNClientError: Error, Equatable, CustomStringConvertible {
    /// The server's answer is an error response.
    case refused(Method, code: Int, reason: String)
    /// The answer is 300 (Try Alternate) with another server.
    case redirected(Method, to: TransportAddress)
    case timedOut(Method)
    /// The connection ended before the answer.
    case closed
    /// The answer's MESSAGE-INTEGRITY is missing or was made with another key.
    case wrongIntegrity(Method)
    /// The server's nonce or an earlier challenge tells of password algorithms that the challenge lacks: somebody on
    /// the way took them out.
    case bidDown(Method)
    /// The server wants a password algorithm that this client doesn't know.
    case noSupportedAlgorithm(Method)
    /// A successful answer without an attribute that it must have.
    case incomplete(Method, AttributeType)
    /// The server's bytes are neither STUN nor ChannelData.
    case malformed(STUNDecodeError)
    /// The system's cryptography failed.
    case cryptography(String)

    package var description: String {
        switch self {
        case .refused(let method, let code, let reason): "\(method.name) was refused: \(code) \(printable(reason))"
        case .redirected(let method, let server): "\(method.name) was sent on to \(server)"
        case .timedOut(let method): "no answer to \(method.name)"
        case .closed: "the server closed the connection"
        case .wrongIntegrity(let method): "the answer to \(method.name) is not authenticated with our key"
        case .bidDown(let method): "the challenge to \(method.name) was tampered with: PASSWORD-ALGORITHMS is missing"
        case .noSupportedAlgorithm(let method): "the challenge to \(method.name) lists no password algorithm known here"
        case .incomplete(let method, let type): "the answer to \(method.name) lacks \(type.name)"
        case .malformed(let error): "what the server sent is not TURN (\(error.code) at byte \(error.offset))"
        case .cryptography(let text): text
        }
    }

    /// Text of a server, on its way to a terminal.
    private func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200))
        )
    }
}
