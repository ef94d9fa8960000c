// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
package import OpenSSLCrypto

package enum TLSVersion: Int, Sendable, Hashable, Comparable {
    case tls12
    case tls13

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The number on the wire (RFC 8446, section 4.2.1).
    var wireValue: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}

/// What a handshake agreed on.
package struct TLSSession: Sendable {
    package let protocolVersion: TLSVersion
    /// The cipher suite's IANA name.
    package let cipher: String
    /// The name the client asked for (SNI, RFC 6066, section 3); nil if it sent none or unprintable bytes.
    package let serverName: String?
    /// The application protocol (ALPN, RFC 7301); nil if none was agreed on.
    package let alpn: String?
    package let isResumed: Bool
    /// On a client, the server's certificates, leaf first.
    package let peerCertificates: [CertificateSummary]
    /// On a client that verifies nothing, what verification would have said.
    package let verificationProblem: String?
}

extension TLSSession {
    /// What a CA agrees on that validates a name; nothing is said on such a connection (RFC 8737, section 3).
    package static let validationProtocol = "acme-tls/1"
}

/// User events a TLS handler sends into the pipeline behind it.
package enum TLSUserEvent: Sendable {
    /// Fired once, before the first decrypted bytes.
    case handshakeCompleted(TLSSession)
    /// The peer sent close_notify: what it wanted to say is complete.
    case closed
}
