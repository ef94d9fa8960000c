// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec
import TURNCredentials

/// The relay of one thread: all of the protocol and none of the I/O.
///
/// Bytes, time and randomness come in; what to send and where to forward goes out. Relays of several loops share the
/// directory of relayed addresses and the realms.
///
/// Invalid input is of three kinds. A peer's violation gets an error response or a `drop` with a reason. What arrives
/// late (a client or an allocation that is gone) is dropped silently. A bug of ours is an `assertionFailure`, and in
/// release a drop: no packet can trap the process.
package final class Relay {
    private(set) var configuration: RelayConfiguration
    /// Whether payloads have to be counted at all.
    private(set) var limitsBandwidth: Bool
    let loop: Int
    let directory: RelayedAddressDirectory
    let realms: RealmDirectory
    /// Nil in the closed relay.
    let sockets: (any RelaySockets)?
    let authenticator: RequestAuthenticator
    var random: any RandomNumberGenerator
    var strangers: StrangerBudget
    var clients = ClientTable()
    var deadlines = DeadlineQueue()
    /// True while no new allocation is made: the server is about to stop, or to be left alone.
    package var isDraining = false
    /// How many clients were sent to another server.
    var redirectionCount = 0
    /// Nil where allocations do not move.
    let tickets: MobilityTickets?
    let connections: ConnectionRegistry
    /// For the loop to do, once what it has just given is dealt with.
    var deferred: [DeferredWork] = []
    package internal(set) var counters = ProtocolCounters()

    /// - Parameters:
    ///   - loop: what other loops' relays know this one by.
    ///   - random: a cryptographically secure generator; relayed addresses are drawn from it.
    package init(
        configuration: RelayConfiguration,
        loop: Int,
        directory: RelayedAddressDirectory,
        realms: RealmDirectory,
        nonces: NonceIssuer,
        sockets: (any RelaySockets)? = nil,
        tickets: MobilityTickets? = nil,
        connections: ConnectionRegistry = ConnectionRegistry(),
        random: any RandomNumberGenerator
    ) {
        self.configuration = configuration
        limitsBandwidth = realms.limitsBandwidth
        self.loop = loop
        self.directory = directory
        self.realms = realms
        self.sockets = sockets
        self.tickets = tickets
        self.connections = connections
        self.authenticator = RequestAuthenticator(nonces: nonces)
        self.random = random
        strangers = StrangerBudget(perSecond: configuration.strangersPerSecondPerAddress)
    }

    /// Takes over limits and alternate servers; the rest cannot change while there are clients.
    ///
    /// - Parameter limitsBandwidth: of the realms as they are now.
    package func update(_ changed: RelayConfiguration, limitsBandwidth: Bool) {
        configuration.takeLimits(of: changed)
        // Who has a meter is counted on, although nothing is limited any more.
        self.limitsBandwidth = self.limitsBandwidth || limitsBandwidth
        if strangers.perSecond != changed.strangersPerSecondPerAddress {
            strangers = StrangerBudget(perSecond: changed.strangersPerSecondPerAddress)
        }
    }

    package var clientCount: Int { clients.count }

    /// The longest message that a client may send now.
    package func messageLimit(of id: ClientID) -> Int {
        isAuthenticated(id) ? RelayConfiguration.messageLimit : configuration.unauthenticatedMessageLimit
    }

    package func isAuthenticated(_ id: ClientID) -> Bool {
        clients[id]?.isAuthenticated == true
    }

    // MARK: Clients come and go

    /// - Parameters:
    ///   - acceptedAt: when the connection was accepted. Its time to authenticate runs from there, so that a slow TLS
    ///     handshake buys none.
    ///   - serverName: that the client connected with (SNI).
    package func connect(
        from address: TransportAddress,
        over transport: ClientTransport = .tcp,
        acceptedAt: NIODeadline,
        serverName: String? = nil
    ) -> ClientID {
        let named = realms.realm(serverName: serverName)
        let client = clients.insert(
            address: address,
            realm: named ?? realms.defaultRealm,
            isRealmSettled: named != nil,
            transport: transport,
            idleDeadline: acceptedAt + configuration.unauthenticatedTimeout
        )
        deadlines.update(client, in: clients)
        return client.id
    }

    /// Takes a datagram of an address that is no client yet. It becomes one with an allocation: strangers, whose
    /// addresses may be forged, leave nothing behind.
    ///
    /// - Returns: the client that was made, if any.
    package func receive(
        _ bytes: RawSpan,
        fromStranger address: TransportAddress,
        at now: Moment
    ) -> (RelayOutcome, ClientID?) {
        guard strangers.take(address.address, at: now.uptime) else { return (.drop(.strangerRate), nil) }
        let client = clients.insert(
            address: address,
            realm: realms.defaultRealm,
            isRealmSettled: false,
            transport: .udp,
            idleDeadline: now.uptime
        )
        let outcome = receive(bytes, from: client.id, at: now)
        guard client.allocation != nil || client.claim != nil || client.lastDeletion != nil else {
            _ = clients.remove(client.id)
            return (outcome, nil)
        }
        return (outcome, client.id)
    }

    package func disconnect(_ id: ClientID, at now: NIODeadline) {
        guard let client = clients[id] else { return }
        guard client.allocation?.mobility == nil else { return detach(client, at: now) }
        _ = clients.remove(id)
        deleteAllocation(of: client, because: .disconnected, at: now)
    }

    func deleteAllocation(of client: Client, because end: AllocationEnd, at now: NIODeadline) {
        guard let allocation = client.allocation else { return }
        counters.allocationsEnded[end, default: 0] += 1
        client.allocation = nil
        tickets?.revoke(allocation.mobility?.tickets ?? [])
        if let heir = allocation.mobility?.heir { tell(.withdrawn(from: heir), to: heir.loop, at: now) }
        for connection in allocation.connections { hangUp(connection, of: allocation.handle) }
        for endpoint in allocation.endpoints { close(endpoint) }
        // Reservations outlive their allocation in RFC 8656; here they don't, or one user could reserve all ports.
        if let token = allocation.reservationToken { directory.cancel(token) }
        client.realm.quota.release(user: allocation.credential.user)
        client.realm.bandwidth.release(user: allocation.credential.user)
    }

    func close(_ endpoint: RelayedEndpoint) {
        if let socket = endpoint.socket { sockets?.close(socket) }
        directory.release(endpoint.address)
    }

    // MARK: Messages

    /// Takes one STUN message, whole.
    package func receive(_ bytes: RawSpan, from id: ClientID, at now: Moment) -> RelayOutcome {
        guard let client = clients[id] else { return .drop(.noAllocation) }
        do throws(STUNDecodeError) {
            let message = try STUNMessageView(bytes)
            // RFC 8489, section 7.3: a wrong FINGERPRINT makes it no STUN message.
            guard message.hasValidFingerprint != false else { return .drop(.malformed) }
            switch message.type.messageClass {
            case .request:
                return answer(message, from: client, at: now)
            case .indication: return take(indication: message, from: client, at: now.uptime)
            case .successResponse, .errorResponse: return .drop(.unexpectedMessage)
            }
        } catch {
            return .drop(.malformed)
        }
    }

    private func answer(_ message: STUNMessageView, from client: Client, at now: Moment) -> RelayOutcome {
        var identity: Identity?
        let realm = realm(of: message, from: client)
        let form = AnswerForm(to: message)
        var progress = RequestProgress.answered
        let answer: [UInt8]?
        do throws(RequestError) {
            var response = form.response(.successResponse)
            if message.type.method == .binding {
                try refuseUnknownAttributes(in: message, realm)
                answerBinding(from: client, with: &response)
            } else {
                let proved = try authenticator.authenticate(
                    message,
                    from: client,
                    in: realm,
                    at: now
                )
                identity = proved
                noteAuthenticated(client, as: proved, in: realm, at: now.uptime)
                try refuseUnknownAttributes(in: message, realm)
                let request = Request(message: message, client: client, identity: proved, now: now)
                progress = try perform(request, with: &response)
                if progress == .pending { return .pending }
            }
            counters.requests.count(form.method, code: 0)
            answer = shortened(to: message, isProved: identity != nil || !client.isDatagram) { brevity in
                seal(response, as: form, identity: identity, brevity)
            }
        } catch {
            counters.count(error, of: form.method)
            answer = shortened(to: message, isProved: identity != nil || !client.isDatagram) { brevity in
                var response = errorResponse(error, as: form, brevity)
                if error.isChallenge { challenge(client, in: realm, brevity, at: now, with: &response) }
                return seal(response, as: form, identity: identity, brevity)
            }
        }
        guard let answer else { return .drop(.amplification) }
        if case .bound(let connection, let loop) = progress { return .bind(answer, connection, loop: loop) }
        return .respond(answer)
    }

    /// The realm that a request is answered in: the client's or, as long as it has none, that of the request's ORIGIN.
    private func realm(of message: STUNMessageView, from client: Client) -> RelayRealm {
        guard !client.isRealmSettled, let origins = try? message.values(Origin.self) else { return client.realm }
        return origins.lazy.compactMap { [realms] in realms.realm(origin: $0.text) }.first ?? client.realm
    }

    private func noteAuthenticated(
        _ client: Client,
        as identity: Identity,
        in realm: RelayRealm,
        at now: NIODeadline
    ) {
        if let allocation = client.allocation, identity.credential.isAccessToken, identity.owns(allocation) {
            client.allocation?.keys = identity.keys
        }
        guard !client.isAuthenticated else { return }
        client.realm = realm
        client.isRealmSettled = true
        client.isAuthenticated = true
        client.idleDeadline = now + configuration.idleTimeout(isDatagram: client.isDatagram)
    }

    private func perform(
        _ request: Request,
        with response: inout STUNMessageWriter
    ) throws(RequestError) -> RequestProgress {
        guard try isReady(request) else { return .pending }
        switch request.message.type.method {
        case .allocate: try allocate(request, with: &response)
        case .refresh: return try refresh(request, with: &response)
        case .createPermission: try createPermission(request)
        case .channelBind: try bindChannel(request)
        case .connect: return try openConnection(request)
        case .connectionBind: return try bindConnection(request)
        default: throw .badRequest("method not supported")
        }
        return .answered
    }
}

@available(*, unavailable)
extension Relay: Sendable {}
