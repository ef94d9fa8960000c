// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Why a request is refused, as the error response says it (RFC 8489, section 14.8; RFC 8656, section 19).
struct RequestError: Error, Equatable {
    let code: Int
    let reason: String
    var unknownAttributes: [AttributeType] = []
    var alternateServer: TransportAddress?
    /// For whoever runs the server: the response does not tell.
    var refusal: AuthenticationRefusal?

    /// True when the response carries REALM and a NONCE, for the client to try again with.
    var isChallenge: Bool { code == 401 || code == 438 }

    static func tryAlternate(_ server: TransportAddress) -> RequestError {
        RequestError(code: 300, reason: "Try Alternate", alternateServer: server)
    }

    /// - Parameter detail: for the developer of the client.
    static func badRequest(_ detail: String) -> RequestError {
        RequestError(code: 400, reason: "Bad Request: \(detail)")
    }

    static func unknownAttributes(_ types: [AttributeType]) -> RequestError {
        RequestError(code: 420, reason: "Unknown Attribute", unknownAttributes: types)
    }

    static func unauthorized(_ refusal: AuthenticationRefusal) -> RequestError {
        RequestError(code: 401, reason: "Unauthorized", refusal: refusal)
    }

    static let forbidden = RequestError(code: 403, reason: "Forbidden")
    static let mobilityForbidden = RequestError(code: 405, reason: "Mobility Forbidden")
    static let allocationMismatch = RequestError(code: 437, reason: "Allocation Mismatch")
    static let staleNonce = RequestError(code: 438, reason: "Stale Nonce", refusal: .staleNonce)
    static let addressFamilyNotSupported = RequestError(code: 440, reason: "Address Family not Supported")
    static let wrongCredentials = RequestError(code: 441, reason: "Wrong Credentials", refusal: .otherUser)
    static let unsupportedTransport = RequestError(code: 442, reason: "Unsupported Transport Protocol")
    static let peerAddressFamilyMismatch = RequestError(code: 443, reason: "Peer Address Family Mismatch")
    static let connectionAlreadyExists = RequestError(code: 446, reason: "Connection Already Exists")
    static let connectionFailure = RequestError(code: 447, reason: "Connection Timeout or Failure")
    static let allocationQuotaReached = RequestError(code: 486, reason: "Allocation Quota Reached")
    static let insufficientCapacity = RequestError(code: 508, reason: "Insufficient Capacity")
}
