// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// RFC 6062, section 5.4: receiving a ConnectionBind request.
extension Relay {
    func bindConnection(_ request: Request) throws(RequestError) -> RequestProgress {
        let client = request.client
        guard !client.isDatagram else { throw .badRequest("ConnectionBind needs a TCP or TLS connection") }
        guard client.allocation == nil else { throw .badRequest("ConnectionBind is for a new connection") }
        guard let id = try request.value(ConnectionID.self) else { throw .badRequest("CONNECTION-ID is required") }
        let claimant = ConnectionRegistry.Owner(
            realm: client.realm,
            credential: request.identity.credential,
            isLegacy: request.identity.isLegacy
        )
        let loop = try connections.bind(id, by: claimant)
        _ = clients.remove(client.id)
        return .bound(id, loop: loop)
    }

    /// Who may bind the connections of an allocation: whoever has what its requests are authenticated with.
    func owner(of allocation: Allocation, in realm: RelayRealm) -> ConnectionRegistry.Owner {
        ConnectionRegistry.Owner(
            realm: realm,
            credential: allocation.keys.credential,
            isLegacy: allocation.identity.isLegacy
        )
    }
}
