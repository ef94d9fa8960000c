// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec
import TURNCredentials

/// What becomes of a peer that connects to a relayed transport address.
package enum PeerAdmission: Equatable, Sendable {
    /// It waits for a ConnectionBind.
    case admitted(ConnectionID)
    /// It is closed.
    case refused(DropReason)
}

/// Connections with peers, from their begin to their end.
extension Relay {
    // MARK: Begin

    /// RFC 6062, section 5.3: receiving a TCP connection on a relayed transport address.
    package func accept(
        from peer: TransportAddress,
        for handle: AllocationHandle,
        at now: NIODeadline
    ) -> PeerAdmission {
        guard let client = clients[handle.client], let allocation = client.allocation, allocation.handle == handle
        else { return .refused(.staleRoute) }
        let source = asSeen(peer)
        // > If no permission for this peer has been installed for this allocation, the server MUST close the
        // > connection with the peer immediately after it has been accepted.
        guard allocation.permissions.contains(source.address, at: now) else {
            return .refused(.peerWithoutPermission)
        }
        if let reason = refusal(of: source, by: allocation, in: client.realm) { return .refused(reason) }
        let deadline = now + configuration.connectionBindTimeout
        let id = add(source, to: allocation, of: client, .open, until: deadline)
        connections.open(id)
        announce(id, from: source, to: client.id)
        return .admitted(id)
    }

    private func refusal(
        of peer: TransportAddress,
        by allocation: Allocation,
        in realm: RelayRealm
    ) -> DropReason? {
        guard allocation.connections.count < configuration.connectionsPerAllocation,
            allocation.connection(with: peer) == nil
        else { return .peerConnections }
        guard directory.host(of: peer.address) != nil else { return nil }
        guard let entry = directory.resolve(peer, over: .tcp) else {
            return isReachable(peer.address, in: realm) ? nil : .unknownPeer
        }
        return entry.scope == allocation.scope ? nil : .otherRoom
    }

    private func announce(_ id: ConnectionID, from peer: TransportAddress, to client: ClientID) {
        var indication = STUNMessageWriter(
            type: MessageType(.connectionAttempt, .indication),
            transactionID: makeTransactionID()
        )
        indication.append(XORPeerAddress(address: peer))
        indication.append(id)
        deferred.append(.send(indication.bytes, to: client))
    }

    func add(
        _ peer: TransportAddress,
        to allocation: Allocation,
        of client: Client,
        _ state: PeerConnection.State,
        until deadline: NIODeadline
    ) -> ConnectionID {
        let id = connections.add(owner(of: allocation, in: client.realm), loop: loop, using: &random)
        client.allocation?.connections.append(PeerConnection(id: id, peer: peer, state: state, deadline: deadline))
        deadlines.update(client, in: clients)
        return id
    }

    // MARK: End

    /// The connection is gone: the peer or the client has closed it.
    package func connectionEnded(_ id: ConnectionID, of allocation: AllocationHandle) {
        guard let client = clients[allocation.client], client.allocation?.handle == allocation else { return }
        client.allocation?.connections.removeAll { $0.id == id }
        connections.remove(id)
    }

    /// Ends connections of a client's allocation.
    func hangUp(of client: Client, where isGone: (PeerConnection) -> Bool) {
        guard let allocation = client.allocation else { return }
        for connection in allocation.connections where isGone(connection) {
            hangUp(connection, of: allocation.handle)
        }
        client.allocation?.connections.removeAll(where: isGone)
    }

    func hangUp(_ connection: PeerConnection, of allocation: AllocationHandle) {
        refuse(connection, of: allocation.client)
        connections.remove(connection.id)
        sockets?.disconnect(connection.id, of: allocation)
    }

    /// > If no ConnectionBind request associated with this peer data connection is received after 30 seconds, the peer
    /// > data connection MUST be closed.
    func expireConnections(of client: Client, at now: NIODeadline) {
        guard let due = client.allocation?.connections.filter({ $0.deadline <= now }), !due.isEmpty else { return }
        // Those that were bound, on whatever loop, have no deadline any more.
        let gone = Set(due.map(\.id).filter(connections.expire))
        hangUp(of: client) { gone.contains($0.id) }
        for index in client.allocation?.connections.indices ?? 0..<0 {
            guard let deadline = client.allocation?.connections[index].deadline, deadline <= now else { continue }
            client.allocation?.connections[index].deadline = .distantFuture
        }
    }

    /// What the data of a client's connections is charged to.
    func meter(of allocation: AllocationHandle) -> TrafficMeter? {
        guard let client = clients[allocation.client], client.allocation?.handle == allocation else { return nil }
        return client.allocation?.meter
    }
}
