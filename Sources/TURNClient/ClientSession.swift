// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
package import STUNCodec

/// A user name and password for the long-term credential mechanism.
package struct TURNCredential: Sendable {
    package let username: String
    package let password: String

    package init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}

/// The client's side of the protocol on one connection (RFC 8489, section 9.2; RFC 8656), without I/O.
package struct ClientSession {
    /// What a message of the server is.
    package enum Event: Equatable, Sendable {
        case response(TransactionID, TURNResponse)
        /// A response that is not to be believed: the request stays open until it is forgotten.
        case invalidResponse(TransactionID, TURNClientError)
        /// A Data indication: the payload is a range of the message's bytes.
        case data(payload: Range<Int>, from: TransportAddress)
        /// Nothing that was asked for.
        case ignored
    }

    private let credential: TURNCredential?
    private var challenge: (realm: String, nonce: String)?
    private var key: HMACKey?
    /// Whether the request was authenticated, by transaction.
    private var pending: [TransactionID: Bool] = [:]

    package init(credential: TURNCredential?) {
        self.credential = credential
    }

    // MARK: Requests

    /// Builds a request, authenticated as soon as the server has sent a challenge. A Binding never is.
    package mutating func request(
        _ method: Method,
        _ values: [any STUNAttributeValue],
        transactionID: TransactionID
    ) -> [UInt8] {
        var writer = STUNMessageWriter(type: MessageType(method, .request), transactionID: transactionID)
        for value in values {
            writer.append(value)
        }
        let isAuthenticated = method != .binding && authenticate(&writer)
        pending[transactionID] = isAuthenticated
        writer.appendFingerprint()
        return writer.bytes
    }

    private func authenticate(_ writer: inout STUNMessageWriter) -> Bool {
        guard let credential, let challenge, let key else { return false }
        writer.append(Username(text: credential.username))
        writer.append(Realm(text: challenge.realm))
        writer.append(Nonce(text: challenge.nonce))
        writer.appendMessageIntegrity { key.authenticationCode(of: $0) }
        return true
    }

    /// Gives up on a request.
    package mutating func forget(_ transactionID: TransactionID) {
        pending[transactionID] = nil
    }

    // MARK: Messages of the server

    package mutating func receive(_ bytes: RawSpan) throws(STUNDecodeError) -> Event {
        let message = try STUNMessageView(bytes)
        switch message.type.messageClass {
        case .successResponse, .errorResponse: return try take(response: message)
        case .indication: return try take(indication: message)
        case .request: return .ignored
        }
    }

    private mutating func take(response message: STUNMessageView) throws(STUNDecodeError) -> Event {
        let transactionID = message.transactionID
        guard let isAuthenticated = pending[transactionID] else { return .ignored }
        let response = try TURNResponse(message)
        do throws(TURNClientError) {
            if response.error == nil, isAuthenticated {
                try verify(message)
            }
            try takeChallenge(of: response)
            pending[transactionID] = nil
            return .response(transactionID, response)
        } catch {
            return .invalidResponse(transactionID, error)
        }
    }

    /// > the client [...] checks the MESSAGE-INTEGRITY [...] of the response
    /// RFC 8489, section 9.2.5.
    private func verify(_ message: STUNMessageView) throws(TURNClientError) {
        guard let key, let coverage = message.integrityCoverage(.messageIntegrity) else {
            throw .wrongIntegrity(message.type.method)
        }
        let expected = key.authenticationCode(of: coverage.header.rawSpan, message.bytes(in: coverage.body))
        guard constantTimeEqual(expected.rawSpan, message.bytes(in: coverage.mac)) else {
            throw .wrongIntegrity(message.type.method)
        }
    }

    /// 401 (Unauthenticated) and 438 (Stale Nonce) say what to authenticate with.
    private mutating func takeChallenge(of response: TURNResponse) throws(TURNClientError) {
        guard response.error?.code == 401 || response.error?.code == 438, let credential,
            let nonce = response.value(Nonce.self)?.text,
            let realm = response.value(Realm.self)?.text ?? challenge?.realm
        else { return }
        challenge = (realm, nonce)
        do {
            let text = "\(credential.username):\(realm):\(credential.password)"
            key = try HMACKey(.sha1, key: digest(.md5, Array(text.utf8)))
        } catch {
            throw .cryptography("\(error)")
        }
    }

    private func take(indication message: STUNMessageView) throws(STUNDecodeError) -> Event {
        guard message.type.method == .data, let data = message.firstAttribute(.data),
            let peer = try message.value(XORPeerAddress.self)
        else { return .ignored }
        return .data(payload: data.range, from: peer.address)
    }
}

@available(*, unavailable)
extension ClientSession: Sendable {}
