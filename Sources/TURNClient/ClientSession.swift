// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// A user name and password for the long-term credential mechanism.
package struct TURNCredential: Sendable {
    package let username: String
    package let password: String
    /// Sends USERHASH even to a server that doesn't ask for it: not all of them know it.
    package let hidesUsername: Bool

    package init(username: String, password: String, hidesUsername: Bool = false) {
        self.username = username
        self.password = password
        self.hidesUsername = hidesUsername
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

    private var authenticator: ClientAuthenticator?
    /// Whether the request was authenticated, by transaction.
    private var pending: [TransactionID: Bool] = [:]

    package init(credential: TURNCredential?) {
        authenticator = credential.map(ClientAuthenticator.init)
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
        let isAuthenticated = method != .binding && authenticator?.sign(&writer) == true
        pending[transactionID] = isAuthenticated
        writer.appendFingerprint()
        return writer.bytes
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
                try authenticator?.verify(message)
            }
            try authenticator?.takeChallenge(of: response)
            pending[transactionID] = nil
            return .response(transactionID, response)
        } catch {
            return .invalidResponse(transactionID, error)
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
