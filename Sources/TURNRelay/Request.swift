// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// An authenticated request, while it is answered.
struct Request: ~Escapable {
    let message: STUNMessageView
    let client: Client
    let identity: Identity
    let now: Moment

    @_lifetime(copy message)
    init(message: STUNMessageView, client: Client, identity: Identity, now: Moment) {
        self.message = message
        self.client = client
        self.identity = identity
        self.now = now
    }

    /// The first attribute of a type; a malformed one is the client's error.
    func value<Value: STUNAttributeValue>(_ type: Value.Type) throws(RequestError) -> Value? {
        try message.attribute(type)
    }

    func values<Value: STUNAttributeValue>(_ type: Value.Type) throws(RequestError) -> [Value] {
        do throws(STUNDecodeError) {
            return try message.values(type)
        } catch {
            throw .badRequest("malformed attribute")
        }
    }

    func has(_ type: AttributeType) -> Bool {
        message.firstAttribute(type) != nil
    }

    /// The client's allocation, if it exists and belongs to whoever made the request.
    func allocation() throws(RequestError) -> Allocation {
        // > If no allocation is found, then the server rejects the request with a 437 (Allocation Mismatch) error
        guard let allocation = client.allocation else { throw .allocationMismatch }
        guard identity.owns(allocation) else { throw .wrongCredentials }
        // > If the response contains a PASSWORD-ALGORITHMS attribute, all the subsequent requests MUST be authenticated
        // > using MESSAGE-INTEGRITY-SHA256 only.
        // RFC 8489, section 9.2.5: a client that has once understood the list does not go back.
        guard allocation.identity.isLegacy || !identity.isLegacy else { throw .wrongCredentials }
        return allocation
    }

    /// An allocation ends with the token that its latest request was authenticated with.
    func bounded(_ lifetime: TimeAmount) -> TimeAmount {
        min(lifetime, longestLifetime)
    }

    var longestLifetime: TimeAmount {
        guard let expiresAt = identity.credential.expiresAt else { return .seconds(Int64(UInt32.max)) }
        let remaining = expiresAt.subtractingReportingOverflow(now.unixTime).partialValue
        return .seconds(max(0, min(remaining, Int64(UInt32.max))))
    }
}

/// Whether a request can be answered.
enum RequestProgress: Equatable {
    case answered
    /// It is answered when what its answer depends on is known.
    case pending
    /// It is answered, and what follows on its connection is for a peer, whose connection is at another loop or this one.
    case bound(ConnectionID, loop: Int)
}

extension STUNMessageView {
    /// The first attribute of a type; a malformed one is the client's error.
    func attribute<Value: STUNAttributeValue>(_ type: Value.Type) throws(RequestError) -> Value? {
        do throws(STUNDecodeError) {
            return try value(type)
        } catch {
            throw .badRequest("malformed attribute")
        }
    }
}
