// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
package import OpenSSLCrypto

/// Why a TLS connection failed.
package struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// The peer ended the connection with an alert (RFC 8446, section 6), of this number.
        case alertReceived(UInt8)
        /// The peer's certificate was not accepted.
        case certificateRejected
        /// The connection ended before the handshake did.
        case closedDuringHandshake
        /// The connection ended without the peer's close_notify: something may be missing at the end.
        case truncated
        /// The peer sent something that is not TLS, or not what the protocol allows.
        case protocolViolation
        /// The peer sent more than a handshake needs, or provoked more answers than a connection needs.
        case tooMuchInput
        /// The client asked for a name that no certificate of this server has.
        case unknownServerName
        /// This side could not set up or run the connection.
        case internalFailure
    }

    package let reason: Reason
    /// The reason in words.
    package let description: String
    /// On a client, the certificates the server presented, leaf first.
    package let peerCertificates: [CertificateSummary]

    init(_ reason: Reason, _ description: String, peerCertificates: [CertificateSummary] = []) {
        self.reason = reason
        self.description = description
        self.peerCertificates = peerCertificates
    }

    /// The number of the alert the peer sent.
    package var alert: UInt8? {
        if case .alertReceived(let number) = reason { number } else { nil }
    }

    static let closedDuringHandshake = TLSError(.closedDuringHandshake, "peer closed during handshake")
    static let noIdentity = TLSError(.internalFailure, "no certificate to present")
    static let unknownServerName = TLSError(.unknownServerName, "no certificate has the name that the peer asked for")
    static let noChallenge = TLSError(.unknownServerName, "peer validates a name that is not being validated")
    static let truncated = TLSError(.truncated, "peer closed without close_notify")
    static let tooMuchHandshakeInput = TLSError(.tooMuchInput, "peer sent too much during the handshake")
    static let tooManyProtocolMessages = TLSError(.tooMuchInput, "peer asked for too many protocol answers")

    /// Explains the failed call the calling thread just made, from its error queue, which is empty afterwards.
    /// - Parameter reason: the reason if it was no alert.
    static func fromQueue(_ operation: String, _ reason: Reason) -> TLSError {
        // The last entry is the verdict, what precedes it are details.
        let code = ERR_peek_last_error()
        let error = OpenSSLError(operation: operation)
        // A received alert is reported as this offset plus its number.
        let alert = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET
        if ERR_GET_LIB(code) == ERR_LIB_SSL, let number = UInt8(exactly: alert) {
            return TLSError(.alertReceived(number), "peer's alert: \(alertText(number))")
        }
        return TLSError(reason, error.description)
    }

    private static func alertText(_ number: UInt8) -> String {
        // The names of RFC 8446, section 6, as OpenSSL spells them; "unknown" for a number without one.
        let text = unsafe SSL_alert_desc_string_long(Int32(number)).map { unsafe String(cString: $0) } ?? "unknown"
        return "\(text) (\(number))"
    }
}
