// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

/// Who made a request, proved by its MESSAGE-INTEGRITY.
struct Identity {
    let username: String
    let credential: VerifiableCredential
}

/// The long-term credential mechanism (RFC 8489, section 9.2.4), server side.
struct RequestAuthenticator {
    let verifier: CredentialVerifier
    let nonces: NonceIssuer

    /// Checks a request in the order of the RFC and changes nothing.
    ///
    /// - Parameter allocation: of the client that sent the request. Its owner is known by the key that the allocation
    ///   was made with: an ephemeral credential may expire during a call, and the call goes on.
    func authenticate(
        _ message: STUNMessageView,
        from client: TransportAddress,
        allocation: Allocation?,
        at now: Moment
    ) throws(RequestError) -> Identity {
        // > If the message does not contain a MESSAGE-INTEGRITY [...], the server MUST generate an error response
        // > with an error code of 401
        guard let coverage = message.integrityCoverage(.messageIntegrity) else { throw .unauthorized }
        // > If the message contains a MESSAGE-INTEGRITY [...], but is missing either the USERNAME [...], REALM, or
        // > NONCE attribute, the server MUST generate an error response with an error code of 400
        guard let username = try text(Username.self, of: message)?.text,
            let realm = try text(Realm.self, of: message)?.text,
            let nonce = try text(Nonce.self, of: message)?.text
        else { throw .badRequest("USERNAME, REALM and NONCE are required") }
        guard nonces.isValid(nonce, from: client, now: now.unixTime) else { throw .staleNonce }
        guard realm == verifier.realm else { throw .unauthorized }
        for credential in candidates(for: username, allocation: allocation, at: now)
        where matches(message, coverage, key: credential.keys.md5) {
            return Identity(username: username, credential: credential)
        }
        throw .unauthorized
    }

    private func text<Value: STUNAttributeValue>(
        _ type: Value.Type,
        of message: STUNMessageView
    ) throws(RequestError) -> Value? {
        do throws(STUNDecodeError) {
            return try message.value(type)
        } catch {
            throw .badRequest("malformed attribute")
        }
    }

    private func candidates(
        for username: String,
        allocation: Allocation?,
        at now: Moment
    ) -> [VerifiableCredential] {
        if let allocation, allocation.username == username {
            return [allocation.credential]
        }
        return verifier.candidates(for: username, now: now.unixTime)
    }

    private func matches(_ message: STUNMessageView, _ coverage: IntegrityCoverage, key: [UInt8]) -> Bool {
        guard let hmac = try? HMACKey(.sha1, key: key) else { return false }
        let expected = hmac.authenticationCode(of: coverage.header.rawSpan, message.bytes(in: coverage.body))
        return constantTimeEqual(expected.rawSpan, message.bytes(in: coverage.mac))
    }
}
