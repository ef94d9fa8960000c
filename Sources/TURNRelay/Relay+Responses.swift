// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

/// What is the same in all answers.
extension Relay {
    /// Everything of RFC 8489 and RFC 8656 that a request may hold and this relay acts on or may ignore.
    private static let knownAttributes: Set<AttributeType> = [
        .mappedAddress, .username, .messageIntegrity, .messageIntegritySHA256, .errorCode, .unknownAttributes, .realm,
        .nonce,
        .xorMappedAddress, .channelNumber, .lifetime, .xorPeerAddress, .data, .requestedAddressFamily, .evenPort,
        .requestedTransport, .dontFragment, .reservationToken, .priority, .useCandidate,
    ]

    /// > If the request contains one or more unknown comprehension-required attributes, the server replies with an
    /// > error response with an error code of 420
    /// RFC 8489, section 6.3.1.
    func refuseUnknownAttributes(in message: STUNMessageView) throws(RequestError) {
        let unknown = message.unknownComprehensionRequired { Self.knownAttributes.contains($0) }
        guard unknown.isEmpty else { throw .unknownAttributes(unknown) }
    }

    func errorResponse(
        _ error: RequestError,
        to message: STUNMessageView,
        from client: Client,
        at now: Moment
    ) -> STUNMessageWriter {
        var response = STUNMessageWriter(
            type: MessageType(message.type.method, .errorResponse),
            transactionID: message.transactionID
        )
        response.append(ErrorCode(code: error.code, reason: error.reason))
        if !error.unknownAttributes.isEmpty {
            response.append(UnknownAttributes(error.unknownAttributes))
        }
        if let alternate = error.alternateServer {
            response.append(AlternateServer(address: alternate))
        }
        if error.isChallenge {
            response.append(Realm(text: authenticator.verifier.realm))
            response.append(Nonce(text: authenticator.nonces.issue(to: client.address, now: now.unixTime)))
        }
        return response
    }

    /// Adds SOFTWARE, then MESSAGE-INTEGRITY when the client proved a key, then FINGERPRINT when it used one.
    func seal(_ response: STUNMessageWriter, for message: STUNMessageView, key: [UInt8]?) -> [UInt8] {
        var response = response
        response.append(Software(text: configuration.software))
        if let key, let hmac = try? HMACKey(.sha1, key: key) {
            response.appendMessageIntegrity { hmac.authenticationCode(of: $0) }
        }
        if message.firstAttribute(.fingerprint) != nil {
            response.appendFingerprint()
        }
        return response.bytes
    }
}
