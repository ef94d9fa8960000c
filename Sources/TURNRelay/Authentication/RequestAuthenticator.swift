// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials

/// The long-term credential mechanism (RFC 8489, section 9.2.4), server side.
struct RequestAuthenticator {
    let nonces: NonceIssuer

    /// Checks a request in the order of the RFC and changes nothing.
    ///
    /// - Parameters:
    ///   - client: that sent the request. The owner of its allocation is known by the keys that the allocation was made
    ///     with: an ephemeral credential may expire during a call, and the call goes on.
    ///   - realm: that the client was challenged for, or belongs to.
    func authenticate(
        _ message: borrowing STUNMessageView,
        from client: Client,
        in realm: RelayRealm,
        at now: Moment
    ) throws(RequestError) -> Identity {
        let claim = try IntegrityClaim(message)
        guard claim.realm == realm.name else { throw .unauthorized(.wrongRealm) }
        let identity = try prove(claim, message, allocation: client.allocation, realm, at: now)
        // > If the NONCE is no longer valid, the server MUST generate an error response with an error code of 438
        guard nonces.isValid(claim.nonce, in: realm.name, from: client.address, now: now.unixTime) else {
            throw .staleNonce
        }
        return identity
    }

    /// > If the value of the USERNAME or USERHASH attribute is not valid [...] If the resulting value does not match
    /// > [...] This response MUST use an error code of 401
    private func prove(
        _ claim: IntegrityClaim,
        _ message: borrowing STUNMessageView,
        allocation: Allocation?,
        _ realm: RelayRealm,
        at now: Moment
    ) throws(RequestError) -> Identity {
        let candidates = candidates(for: claim, allocation: allocation, realm, at: now)
        for keys in candidates where keys.verify(message, claim) {
            return Identity(keys: keys, algorithm: claim.method.algorithm, isLegacy: claim.isLegacy)
        }
        throw .unauthorized(candidates.isEmpty ? Self.refusal(of: claim, realm, at: now) : .wrongPassword)
    }

    /// Why there is nobody that a request could be of.
    private static func refusal(
        of claim: IntegrityClaim,
        _ realm: RelayRealm,
        at now: Moment
    ) -> AuthenticationRefusal {
        guard claim.accessToken == nil, case .username(let username) = claim.name else { return .unknownUser }
        return realm.verifier.hasExpired(username, now: now.unixTime) ? .expired : .unknownUser
    }

    private func candidates(
        for claim: IntegrityClaim,
        allocation: Allocation?,
        _ realm: RelayRealm,
        at now: Moment
    ) -> [IntegrityKeys] {
        // A token is there to be used in place of the keys before it.
        if claim.accessToken == nil, let keys = allocation?.keys, keys.belong(to: claim.name) { return [keys] }
        return credentials(for: claim, realm.verifier, now: now.unixTime).map { IntegrityKeys($0, realm: realm.name) }
    }

    private func credentials(
        for claim: IntegrityClaim,
        _ verifier: CredentialVerifier,
        now: Int64
    ) -> [VerifiableCredential] {
        switch (claim.name, claim.accessToken) {
        case (.username(let kid), let token?):
            verifier.candidates(kid: kid, nonce: token.nonce, encryptedBlock: token.encryptedBlock, now: now)
        case (.username(let username), nil): verifier.candidates(for: username, now: now)
        case (.userhash(let hash), nil): verifier.candidates(forHash: hash)
        case (.userhash, _?): []
        }
    }
}
