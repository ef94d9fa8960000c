// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials

/// What a request says about who made it and how that can be checked. Nothing of it is proved yet.
struct IntegrityClaim {
    enum Name: Equatable {
        case username(String)
        case userhash([UInt8])
    }

    let name: Name
    let realm: String
    let nonce: String
    /// Of an authorization server (RFC 7635): then the user name is that of a key.
    let accessToken: AccessToken?
    /// Of the request.
    let method: IntegrityMethod
    /// True when the request names no password algorithm, as those of RFC 5389 don't.
    let isLegacy: Bool
    let coverage: IntegrityCoverage
}

/// The first checks of RFC 8489, section 9.2.4, in the order they have there.
extension IntegrityClaim {
    init(_ message: borrowing STUNMessageView) throws(RequestError) {
        // > If the message does not contain a MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 attribute, the server
        // > MUST generate an error response with an error code of 401
        let isSHA256 = message.firstAttribute(.messageIntegritySHA256) != nil
        guard isSHA256 || message.firstAttribute(.messageIntegrity) != nil else {
            throw .unauthorized(.noCredentials)
        }
        let code: IntegrityMethod.Code = isSHA256 ? .sha256 : .sha1
        guard let coverage = message.integrityCoverage(code.attributeType) else {
            throw .badRequest("malformed message integrity")
        }
        // > but is missing either the USERNAME or USERHASH, REALM, or NONCE attribute, the server MUST generate an
        // > error response with an error code of 400
        guard let name = try Self.name(in: message),
            let realm = try message.attribute(Realm.self)?.text,
            let nonce = try message.attribute(Nonce.self)?.text
        else { throw .badRequest("USERNAME or USERHASH, REALM and NONCE are required") }
        let algorithm = try Self.algorithm(in: message, nonce: nonce)
        self.accessToken = try message.attribute(AccessToken.self)
        self.name = name
        self.realm = realm
        self.nonce = nonce
        self.method = IntegrityMethod(algorithm: algorithm ?? .md5, code: code)
        self.isLegacy = algorithm == nil
        self.coverage = coverage
    }

    private static func name(in message: borrowing STUNMessageView) throws(RequestError) -> Name? {
        let username = try message.attribute(Username.self)
        let userhash = try message.attribute(Userhash.self)
        guard username == nil || userhash == nil else { throw .badRequest("USERNAME and USERHASH exclude each other") }
        return username.map { .username($0.text) } ?? userhash.map { .userhash($0.hash) }
    }

    /// > If the NONCE attribute starts with the "nonce cookie" with the STUN Security Feature "Password algorithms"
    /// > bit set to 1, the server performs these checks
    ///
    /// - Returns: nil for a request that is processed as though PASSWORD-ALGORITHM were MD5.
    private static func algorithm(
        in message: borrowing STUNMessageView,
        nonce: String
    ) throws(RequestError) -> KeyAlgorithm? {
        guard SecurityFeatures(nonce: nonce)?.contains(.passwordAlgorithms) == true else { return nil }
        let chosen = try message.attribute(PasswordAlgorithm.self)
        let listed = try message.attribute(PasswordAlgorithms.self)
        if chosen == nil, listed == nil { return nil }
        // > unless (1) PASSWORD-ALGORITHM and PASSWORD-ALGORITHMS are both present, (2) PASSWORD-ALGORITHMS matches
        // > the value sent in the response that sent this NONCE, and (3) PASSWORD-ALGORITHM matches one of the entries
        guard let chosen, let listed else { throw .badRequest("one of PASSWORD-ALGORITHM(S) is missing") }
        guard listed == AlgorithmOffer(nonce: nonce)?.list else {
            throw .badRequest("PASSWORD-ALGORITHMS is not what was offered")
        }
        guard listed.algorithms.contains(chosen), let algorithm = KeyAlgorithm(chosen) else {
            throw .badRequest("PASSWORD-ALGORITHM was not offered")
        }
        return algorithm
    }
}
