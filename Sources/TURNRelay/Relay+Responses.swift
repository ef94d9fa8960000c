// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials

/// What of a request shapes its answer, whatever the answer says.
struct AnswerForm {
    let method: STUNCodec.Method
    let transactionID: TransactionID
    let hasFingerprint: Bool

    init(to message: borrowing STUNMessageView) {
        method = message.type.method
        transactionID = message.transactionID
        hasFingerprint = message.firstAttribute(.fingerprint) != nil
    }

    func response(_ messageClass: MessageClass) -> STUNMessageWriter {
        STUNMessageWriter(type: MessageType(method, messageClass), transactionID: transactionID)
    }
}

/// What is the same in all answers.
extension Relay {
    /// Everything of RFC 8489, RFC 8656 and RFC 6062 that a request may hold and this relay acts on or may ignore.
    private static let knownAttributes: Set<AttributeType> = [
        .mappedAddress, .username, .userhash, .messageIntegrity, .messageIntegritySHA256, .passwordAlgorithm,
        .errorCode,
        .unknownAttributes, .realm, .nonce,
        .xorMappedAddress, .channelNumber, .lifetime, .xorPeerAddress, .data, .requestedAddressFamily, .evenPort,
        .requestedTransport, .dontFragment, .reservationToken, .priority, .useCandidate, .connectionID,
    ]

    /// > If the request contains one or more unknown comprehension-required attributes, the server replies with an
    /// > error response with an error code of 420
    /// RFC 8489, section 6.3.1.
    ///
    /// - Parameter more: that are known where the request arrived.
    func refuseUnknownAttributes(
        in message: borrowing STUNMessageView,
        _ realm: RelayRealm,
        except more: Set<AttributeType> = []
    ) throws(RequestError) {
        let unknown = message.unknownComprehensionRequired { type in
            guard type != .accessToken else { return realm.verifier.tokenServerName != nil }
            return Self.knownAttributes.contains(type) || more.contains(type)
        }
        guard unknown.isEmpty else { throw .unknownAttributes(unknown) }
    }

    func errorResponse(
        _ error: RequestError,
        as form: AnswerForm,
        _ brevity: Brevity = .complete
    ) -> STUNMessageWriter {
        var response = form.response(.errorResponse)
        response.append(ErrorCode(code: error.code, reason: brevity < .withoutReason ? error.reason : ""))
        if !error.unknownAttributes.isEmpty {
            response.append(UnknownAttributes(error.unknownAttributes))
        }
        if let alternate = error.alternateServer {
            response.append(AlternateServer(address: alternate))
        }
        return response
    }

    /// > This response MUST include a REALM value. The response MUST include a NONCE
    /// RFC 8489, section 9.2.4.
    func challenge(
        _ client: Client,
        in realm: RelayRealm,
        _ brevity: Brevity,
        at now: Moment,
        with response: inout STUNMessageWriter
    ) {
        let announcement =
            brevity < .withoutAlgorithms
            ? NonceAnnouncement(features: realm.securityFeatures, offer: realm.algorithmOffer) : nil
        let nonces = authenticator.nonces
        let nonce = nonces.issue(announcement, in: realm.name, to: client.address, now: now.unixTime)
        response.append(Realm(text: realm.name))
        response.append(Nonce(text: nonce))
        guard let announcement else { return }
        response.append(announcement.offer.list)
        // RFC 7635, section 6.1: tells a client where tokens come from, and that they are taken at all.
        if let serverName = realm.verifier.tokenServerName {
            response.append(ThirdPartyAuthorization(text: serverName))
        }
    }

    /// The most complete of the answers that `make` gives, among those that may be sent; nil when none may.
    ///
    /// - Parameter isProved: whether the request came from the address that it seems to come from.
    func shortened(
        to message: borrowing STUNMessageView,
        isProved: Bool,
        _ make: (Brevity) -> [UInt8]
    ) -> [UInt8]? {
        let limit = isProved ? .max : message.bytes.byteCount * Brevity.factor
        for brevity in Brevity.allCases {
            let answer = make(brevity)
            if answer.count <= limit { return answer }
        }
        return nil
    }

    /// Adds SOFTWARE, then the MAC when the client proved who it is, then FINGERPRINT when it used one.
    func seal(
        _ response: STUNMessageWriter,
        as form: AnswerForm,
        identity: Identity?,
        _ brevity: Brevity = .complete
    ) -> [UInt8] {
        var response = response
        if brevity < .withoutSoftware {
            response.append(Software(text: configuration.software))
        }
        if let identity {
            identity.keys.seal(&response, with: identity.responseMethod)
        }
        if form.hasFingerprint {
            response.appendFingerprint()
        }
        return response.bytes
    }
}
