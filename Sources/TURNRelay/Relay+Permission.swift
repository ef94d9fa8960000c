// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// RFC 8656, section 10.2: receiving a CreatePermission request.
extension Relay {
    func createPermission(_ request: Request) throws(RequestError) {
        let allocation = try request.allocation()
        let peers = try request.values(XORPeerAddress.self).map { asSeen($0.address).address }
        guard !peers.isEmpty else { throw .badRequest("XOR-PEER-ADDRESS is required") }
        // All are checked before one is installed: a refused request leaves nothing behind.
        for peer in peers {
            try checkPeer(peer, of: allocation, in: request.client.realm)
        }
        try install(peers, of: request)
    }

    /// The one place that decides whether an allocation may exchange data with a peer address, for every method that
    /// names one.
    func checkPeer(_ peer: IPAddress, of allocation: Allocation, in realm: RelayRealm) throws(RequestError) {
        guard allocation.endpoint(peer.family) != nil else { throw .peerAddressFamilyMismatch }
        guard directory.host(of: peer) != nil || isReachable(peer, in: realm) else { throw .forbidden }
    }

    /// Whether data may leave for an address through a socket.
    func isReachable(_ peer: IPAddress, in realm: RelayRealm) -> Bool {
        configuration.mode.isOpen && realm.peerRules.allows(peer)
    }

    func install(_ peers: [IPAddress], of request: Request) throws(RequestError) {
        let now = request.now.uptime
        let count = request.client.allocation?.permissions.count(adding: peers, at: now) ?? 0
        guard count <= configuration.permissionsPerAllocation else { throw .insufficientCapacity }
        for peer in peers {
            request.client.allocation?.permissions.install(peer, until: now + configuration.permissionLifetime)
        }
    }
}
