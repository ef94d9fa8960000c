// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

/// The keys of one credential, ready to use. Each is set up when it is first needed and kept: an allocation has one of
/// these for all its requests.
final class IntegrityKeys {
    let credential: VerifiableCredential
    private let realm: String
    private var keys: [IntegrityMethod: HMACKey] = [:]
    private lazy var userhash = try? UserHash.value(username: credential.username, realm: realm)

    init(_ credential: VerifiableCredential, realm: String) {
        self.credential = credential
        self.realm = realm
    }

    func belong(to name: IntegrityClaim.Name) -> Bool {
        switch name {
        case .username(let username): username == credential.username
        case .userhash(let hash): hash == userhash
        }
    }

    /// Whether a message has the MAC that the credential's key gives, compared in constant time.
    func verify(_ message: borrowing STUNMessageView, _ claim: IntegrityClaim) -> Bool {
        guard let key = key(for: claim.method) else { return false }
        let coverage = claim.coverage
        let expected = key.authenticationCode(of: coverage.header.rawSpan, message.bytes(in: coverage.body))
        // A truncated MAC differs in length.
        // > STUN usages that do not define truncation limits MUST NOT use truncation at all
        // RFC 8489, section 14.6; RFC 8656 defines none.
        return constantTimeEqual(expected.rawSpan, message.bytes(in: coverage.mac))
    }

    /// Closes a response with the attribute that the method calls for.
    func seal(_ response: inout STUNMessageWriter, with method: IntegrityMethod) {
        guard let key = key(for: method) else { return }
        switch method.code {
        case .sha1: response.appendMessageIntegrity { key.authenticationCode(of: $0) }
        case .sha256: response.appendMessageIntegritySHA256 { key.authenticationCode(of: $0) }
        }
    }

    /// Nil when the user has no key for the algorithm.
    private func key(for method: IntegrityMethod) -> HMACKey? {
        if let key = keys[method] { return key }
        guard let bytes = credential.key(method.algorithm),
            let key = try? HMACKey(method.code.digest, key: bytes)
        else { return nil }
        keys[method] = key
        return key
    }
}

@available(*, unavailable)
extension IntegrityKeys: Sendable {}
