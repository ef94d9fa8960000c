// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What a ``Relay`` answered since it started, and what became of its allocations. Packets are counted by its loop.
package struct ProtocolCounters: Sendable {
    package var requests = RequestCounters()
    package var refusals: [AuthenticationRefusal: Int] = [:]
    package var allocationsMade = PerTransport(0)
    package var allocationsEnded: [AllocationEnd: Int] = [:]

    package init() {}

    mutating func count(_ error: RequestError, of method: STUNCodec.Method) {
        requests.count(method, code: error.code)
        if let refusal = error.refusal { refusals[refusal, default: 0] += 1 }
    }

    mutating func add(_ other: ProtocolCounters) {
        requests.add(other.requests)
        refusals.merge(other.refusals, uniquingKeysWith: +)
        allocationsMade.add(other.allocationsMade)
        allocationsEnded.merge(other.allocationsEnded, uniquingKeysWith: +)
    }
}

/// Why a request was not taken for somebody's. Clients learn less: to them 401 is 401.
package enum AuthenticationRefusal: String, CaseIterable, Sendable {
    /// There were none, as in every client's first request.
    case noCredentials
    /// The nonce was too old or another client's: the client tries again with a new one.
    case staleNonce
    case wrongRealm
    /// Nobody has this name, and no key belongs to it.
    case unknownUser
    /// The time of an ephemeral user name has passed.
    case expired
    case wrongPassword
    /// Somebody else's allocation or connection.
    case otherUser
    /// An allocation made with an ephemeral credential is too old to be prolonged.
    case allocationAge

    /// Whether clients that have the right credentials get there, too.
    package var isOrdinary: Bool { self == .noCredentials || self == .staleNonce }
}

package enum AllocationEnd: String, CaseIterable, Sendable {
    /// A Refresh asked for it.
    case deleted
    case expired
    /// The client was gone.
    case disconnected
    /// An administrator ended it.
    case kicked
}
