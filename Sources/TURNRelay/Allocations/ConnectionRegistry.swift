// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Synchronization
import TURNCredentials

/// The connections with peers of all threads, by CONNECTION-ID: a ConnectionBind arrives on any of them.
///
/// Locked, and asked when a connection is made, bound or ended, never for its data. There are as many as all allocations
/// may have.
package final class ConnectionRegistry: Sendable {
    /// Whose connection it is.
    ///
    /// > Authentication of the client by the server MUST use the same method and credentials as for the control
    /// > connection.
    /// RFC 6062, section 4.3. Stricter than for other requests of an allocation: the data of a connection goes to
    /// whoever binds it, and any access token is good for the others.
    struct Owner: Sendable {
        let realm: RelayRealm
        let credential: VerifiableCredential
        let isLegacy: Bool

        func isBound(by other: Owner) -> Bool {
            realm === other.realm && credential.username == other.credential.username
                && credential.user == other.credential.user && credential.scope == other.credential.scope
                && credential.isAccessToken == other.credential.isAccessToken && (isLegacy || !other.isLegacy)
        }
    }

    private enum State {
        /// The peer has not answered.
        case connecting
        case waiting
        case bound
    }

    private struct Entry {
        let owner: Owner
        let loop: Int
        var state = State.connecting
    }

    private let entries = Mutex<[UInt32: Entry]>([:])

    package init() {}

    /// A number for a connection, which no other has until `remove`.
    ///
    /// - Parameters:
    ///   - loop: that has the connection.
    ///   - random: a cryptographically secure generator: who knows one number must not know others.
    func add(_ owner: Owner, loop: Int, using random: inout some RandomNumberGenerator) -> ConnectionID {
        entries.withLock { entries in
            var number: UInt32
            repeat {
                number = UInt32.random(in: 0...UInt32.max, using: &random)
            } while entries[number] != nil
            entries[number] = Entry(owner: owner, loop: loop)
            return ConnectionID(value: number)
        }
    }

    /// The connection may be bound from now on.
    func open(_ connection: ConnectionID) {
        entries.withLock { $0[connection.value]?.state = .waiting }
    }

    /// Binds a connection, once.
    ///
    /// - Returns: the loop that has it.
    func bind(_ connection: ConnectionID, by owner: Owner) throws(RequestError) -> Int {
        let result: Result<Int, RequestError> = entries.withLock { entries in
            guard let entry = entries[connection.value], entry.state == .waiting else {
                return .failure(.badRequest("CONNECTION-ID is of no connection that waits"))
            }
            guard entry.owner.isBound(by: owner) else { return .failure(.wrongCredentials) }
            entries[connection.value]?.state = .bound
            return .success(entry.loop)
        }
        return try result.get()
    }

    func isBound(_ connection: ConnectionID) -> Bool {
        entries.withLock { $0[connection.value]?.state == .bound }
    }

    /// Removes a connection, unless it is bound: then it lives on.
    ///
    /// - Returns: whether it is gone.
    func expire(_ connection: ConnectionID) -> Bool {
        entries.withLock { entries in
            guard entries[connection.value]?.state != .bound else { return false }
            entries[connection.value] = nil
            return true
        }
    }

    func remove(_ connection: ConnectionID) {
        entries.withLock { $0[connection.value] = nil }
    }

    package var count: Int { entries.withLock { $0.count } }
}
