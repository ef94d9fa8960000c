// SPDX-License-Identifier: Apache-2.0

internal import OpenSSLCrypto

/// The account's side of the conversation with a CA: nonces, signatures, and what is to be sent once more.
struct ACMESession {
    struct Post {
        let url: String
        /// Nothing for POST-as-GET.
        let payload: [UInt8]

        static func asGet(_ url: String) -> Post { Post(url: url, payload: []) }
    }

    enum Outcome {
        case again(ACMERequest)
        case response(ACMEResponse)
        case failed(ACMEFailure)
    }

    let key: ES256Key
    /// Once it is registered.
    var account: String?
    var directory: Directory?
    private var nonce: String?
    private var outstanding: Post?
    private var awaitsNonce = false
    private var rejectedNonces = 0

    /// RFC 8555, section 6.5, leaves the number of attempts to the client.
    private static let rejectionLimit = 20

    init(key: ES256Key, account: String?) {
        self.key = key
        self.account = account
    }

    mutating func post(_ post: Post) throws(ACMEFailure) -> ACMERequest {
        rejectedNonces = 0
        return try send(post)
    }

    private mutating func send(_ post: Post) throws(ACMEFailure) -> ACMERequest {
        outstanding = post
        guard let nonce = nonce.take() else {
            guard let directory else { throw .notACME("it has no directory") }
            awaitsNonce = true
            return ACMERequest(.head, directory.newNonce)
        }
        let signer = account.map { JWS.Signer.account(url: $0, key) } ?? .key(key)
        let text = try signed(post.payload, url: post.url, nonce: nonce, by: signer)
        return ACMERequest(.post, post.url, body: encodedJSON(text))
    }

    /// The key of the account, signed with what the CA gave out elsewhere.
    func binding(of account: ExternalAccount, to url: String) throws(ACMEFailure) -> JWS.SignedText {
        try signed(encodedJSON(JWK(key)), url: url, nonce: nil, by: .externalAccount(account))
    }

    private func signed(
        _ payload: [UInt8],
        url: String,
        nonce: String?,
        by signer: JWS.Signer
    ) throws(ACMEFailure) -> JWS.SignedText {
        do throws(OpenSSLError) {
            return try JWS.sign(payload, url: url, nonce: nonce, by: signer)
        } catch {
            throw .local("\(error)")
        }
    }

    // MARK: Responses

    /// - Parameter now: seconds since 1970.
    mutating func receive(_ response: ACMEResponse, now: Int64) throws(ACMEFailure) -> Outcome {
        nonce = response.nonce ?? nonce
        if awaitsNonce, let outstanding {
            awaitsNonce = false
            guard response.isSuccess else { return .failed(ACMEFailure(refusal: response, now: now)) }
            guard nonce != nil else { return .failed(.notACME("it gives no nonce")) }
            return .again(try send(outstanding))
        }
        guard !response.isSuccess else { return .response(response) }
        let failure = ACMEFailure(refusal: response, now: now)
        // > An error response with the "badNonce" error type MUST include a Replay-Nonce header field with a fresh nonce
        // > that the server will accept in a retry of the original query
        if failure.problem?.kind == .badNonce, let outstanding, rejectedNonces < Self.rejectionLimit {
            rejectedNonces += 1
            return .again(try send(outstanding))
        }
        return .failed(failure)
    }
}
