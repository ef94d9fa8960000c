// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

/// The client's side of the long-term credential mechanism (RFC 8489, section 9.2): what the server's last challenge
/// asks for, and the key made for it.
struct ClientAuthenticator {
    private struct Challenge {
        let realm: String
        let nonce: String
        /// As the server sent it: it is sent back unchanged. Nil from a server of RFC 5389.
        let offered: PasswordAlgorithms?
        let algorithm: KeyAlgorithm
        let hidesUsername: Bool
    }

    private let credential: TURNCredential
    private var challenge: Challenge?
    private var key: HMACKey?

    init(credential: TURNCredential) {
        self.credential = credential
    }

    // MARK: Requests

    /// Appends what authenticates a request; nothing before the first challenge.
    ///
    /// - Returns: whether the request is authenticated.
    func sign(_ writer: inout STUNMessageWriter) -> Bool {
        guard let challenge, let key, appendName(challenge, to: &writer) else { return false }
        writer.append(Realm(text: challenge.realm))
        writer.append(Nonce(text: challenge.nonce))
        guard let offered = challenge.offered else {
            writer.appendMessageIntegrity { key.authenticationCode(of: $0) }
            return true
        }
        writer.append(offered)
        writer.append(challenge.algorithm == .sha256 ? PasswordAlgorithm.sha256 : .md5)
        // > If the response contains a PASSWORD-ALGORITHMS attribute, all the subsequent requests MUST be authenticated
        // > using MESSAGE-INTEGRITY-SHA256 only.
        writer.appendMessageIntegritySHA256 { key.authenticationCode(of: $0) }
        return true
    }

    private func appendName(_ challenge: Challenge, to writer: inout STUNMessageWriter) -> Bool {
        guard challenge.hidesUsername else {
            writer.append(Username(text: credential.username))
            return true
        }
        guard let hash = try? UserHash.value(username: credential.username, realm: challenge.realm) else {
            return false
        }
        writer.append(Userhash(hash: hash))
        return true
    }

    // MARK: Responses

    /// Checks the MAC of a response to a request that was signed (section 9.2.5).
    func verify(_ message: borrowing STUNMessageView) throws(TURNClientError) {
        let type: AttributeType = challenge?.offered == nil ? .messageIntegrity : .messageIntegritySHA256
        guard let key, let coverage = message.integrityCoverage(type) else {
            throw .wrongIntegrity(message.type.method)
        }
        let expected = key.authenticationCode(of: coverage.header.rawSpan, message.bytes(in: coverage.body))
        guard constantTimeEqual(expected.rawSpan, message.bytes(in: coverage.mac)) else {
            throw .wrongIntegrity(message.type.method)
        }
    }

    /// 401 (Unauthenticated) and 438 (Stale Nonce) say what to authenticate with.
    mutating func takeChallenge(of response: TURNResponse) throws(TURNClientError) {
        guard response.error?.code == 401 || response.error?.code == 438,
            let nonce = response.value(Nonce.self)?.text,
            let realm = response.value(Realm.self)?.text ?? challenge?.realm
        else { return }
        let features = SecurityFeatures(nonce: nonce) ?? []
        let offered = response.value(PasswordAlgorithms.self)
        // > If so and the "nonce cookie" has the STUN Security Feature "Password algorithms" bit set to 1 but no
        // > PASSWORD-ALGORITHMS attribute is present, then the client MUST NOT retry the request
        // The same when an earlier challenge had the attribute: an attacker may leave out both.
        guard offered != nil || !features.contains(.passwordAlgorithms) && challenge?.offered == nil else {
            throw .bidDown(response.type.method)
        }
        let challenge = Challenge(
            realm: realm,
            nonce: nonce,
            offered: offered,
            algorithm: try Self.firstSupported(of: offered, response.type.method),
            hidesUsername: credential.hidesUsername || features.contains(.usernameAnonymity)
        )
        key = try makeKey(for: challenge)
        self.challenge = challenge
    }

    private static func firstSupported(
        of offered: PasswordAlgorithms?,
        _ method: Method
    ) throws(TURNClientError) -> KeyAlgorithm {
        guard let offered else { return .md5 }
        for algorithm in offered.algorithms {
            if algorithm == .sha256 { return .sha256 }
            if algorithm == .md5 { return .md5 }
        }
        throw .noSupportedAlgorithm(method)
    }

    private func makeKey(for challenge: Challenge) throws(TURNClientError) -> HMACKey {
        do throws(OpenSSLError) {
            let keys = try LongTermKeys(
                username: credential.username,
                realm: challenge.realm,
                password: credential.password
            )
            let bytes = keys.key(challenge.algorithm) ?? keys.md5
            return try HMACKey(challenge.offered == nil ? .sha1 : .sha256, key: bytes)
        } catch {
            throw .cryptography("\(error)")
        }
    }
}
