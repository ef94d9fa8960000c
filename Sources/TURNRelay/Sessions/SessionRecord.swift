// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec
import TURNCredentials

/// An allocation for people who look after the server. Nothing of it is a secret.
package struct SessionRecord: Sendable {
    package let handle: AllocationHandle
    /// Whom the credential was issued to, without its expiry and room.
    package let user: String
    package let realm: String
    /// Nil while the client may come back on another connection (RFC 8016).
    package let transport: ClientTransport?
    package let client: TransportAddress
    /// As peers see them.
    package let relayed: [TransportAddress]
    package let age: TimeAmount
    /// Until it expires, unless it is refreshed.
    package let remaining: TimeAmount
    package let permissions: Int
    package let channels: Int
    package let activity: SessionActivity
}

extension Relay {
    /// As many places as may be looked at in one go: some hundred microseconds.
    package static let slotsPerSlice = 512

    /// Where to look for clients: one slot after the other.
    package var slotCount: Int { clients.slots.count }

    /// The allocations of clients in some slots.
    ///
    /// - Parameter activity: of a client that is connected.
    func sessions(
        in slots: Range<Int>,
        at now: NIODeadline,
        activity: (ClientID) -> SessionActivity
    ) -> [SessionRecord] {
        clients.slots[slots.clamped(to: clients.slots.indices)].compactMap { client in
            client.flatMap { record(of: $0, at: now, activity: activity) }
        }
    }

    private func record(
        of client: Client,
        at now: NIODeadline,
        activity: (ClientID) -> SessionActivity
    ) -> SessionRecord? {
        guard let allocation = client.allocation else { return nil }
        return SessionRecord(
            handle: allocation.handle,
            user: allocation.credential.user,
            realm: client.realm.name,
            transport: client.isDetached ? nil : client.transport,
            client: client.address,
            relayed: allocation.endpoints.map(\.address.external),
            age: now - allocation.createdAt,
            remaining: allocation.expiresAt - now,
            permissions: allocation.permissions.count(at: now),
            channels: allocation.channels.count,
            activity: client.isDetached ? SessionActivity() : activity(client.id)
        )
    }
}
