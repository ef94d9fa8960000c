// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec
import TURNCredentials

/// RFC 6062, section 5.2: receiving a Connect request.
extension Relay {
    func openConnection(_ request: Request) throws(RequestError) -> RequestProgress {
        let allocation = try request.allocation()
        guard allocation.transport == .tcp else { throw .allocationMismatch }
        guard let peer = try request.value(XORPeerAddress.self).map({ asSeen($0.address) }) else {
            throw .badRequest("XOR-PEER-ADDRESS is required")
        }
        try checkPeer(peer.address, of: allocation, in: request.client.realm)
        if let existing = allocation.connection(with: peer) {
            guard existing.answers(request.message.transactionID) else { throw .connectionAlreadyExists }
            return .pending
        }
        guard allocation.connections.count < configuration.connectionsPerAllocation else {
            throw .insufficientCapacity
        }
        let destination = try destination(of: peer, for: allocation, in: request.client.realm)
        try dial(peer, at: destination, for: request)
        return .pending
    }

    /// Where a peer is reached: an allocation of this server by its local address, which needs no NAT that leads back.
    /// What else has an address of the relay is reached where the operator allowed that.
    private func destination(
        of peer: TransportAddress,
        for allocation: Allocation,
        in realm: RelayRealm
    ) throws(RequestError) -> TransportAddress {
        guard let host = directory.host(of: peer.address) else { return peer }
        guard let entry = directory.resolve(peer, over: .tcp) else {
            guard isReachable(peer.address, in: realm) else { throw .connectionFailure }
            return peer
        }
        guard entry.scope == allocation.scope else { throw .forbidden }
        // TCP can connect a port to itself: nobody wants that.
        guard entry.handle != allocation.handle else { throw .connectionFailure }
        return TransportAddress(host.local, port: peer.port)
    }

    private func dial(
        _ peer: TransportAddress,
        at destination: TransportAddress,
        for request: Request
    ) throws(RequestError) {
        guard let allocation = request.client.allocation, let endpoint = allocation.endpoint(peer.address.family),
            let sockets
        else { throw .connectionFailure }
        let answer = PendingAnswer(form: AnswerForm(to: request.message), identity: request.identity)
        let connection = add(
            peer,
            to: allocation,
            of: request.client,
            .connecting(answer),
            until: request.now.uptime + configuration.connectTimeout
        )
        let dial = PeerDial(
            connection: connection,
            allocation: allocation.handle,
            source: endpoint.address.local,
            peer: destination
        )
        sockets.connect(dial)
    }

    /// Takes what has come of a ``PeerDial``.
    package func settle(
        _ id: ConnectionID,
        of allocation: AllocationHandle,
        isConnected: Bool,
        at now: NIODeadline
    ) {
        guard let client = clients[allocation.client], client.allocation?.handle == allocation,
            let index = client.allocation?.connections.firstIndex(where: { $0.id == id }),
            let connection = client.allocation?.connections[index], case .connecting(let answer) = connection.state
        else { return }
        guard isConnected else { return hangUp(of: client) { $0.id == id } }
        connections.open(id)
        client.allocation?.connections[index].state = .open
        client.allocation?.connections[index].deadline = now + configuration.connectionBindTimeout
        deadlines.update(client, in: clients)
        counters.requests.count(.connect, code: 0)
        var response = answer.form.response(.successResponse)
        response.append(id)
        send(response, as: answer, to: client.id)
    }

    /// Answers the Connect of a connection that comes to nothing.
    func refuse(_ connection: PeerConnection, of client: ClientID) {
        guard case .connecting(let answer) = connection.state else { return }
        counters.count(.connectionFailure, of: .connect)
        send(errorResponse(.connectionFailure, as: answer.form), as: answer, to: client)
    }

    private func send(_ response: STUNMessageWriter, as answer: PendingAnswer, to client: ClientID) {
        deferred.append(.send(seal(response, as: answer.form, identity: answer.identity), to: client))
    }
}
