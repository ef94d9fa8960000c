// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

@testable import TURNRelay

/// The relays of a few loops, their clients and a clock, and what must be true of them.
final class RelayWorld {
    static let realm = "fuzz.test"
    static let otherRealm = "other.test"
    static let unixTime: Int64 = 1_700_000_000
    private static let mostClients = 16

    let configuration: RelayConfiguration
    let directory: RelayedAddressDirectory
    let sockets = CountedSockets()
    let connections = ConnectionRegistry()
    /// Nil where allocations do not move.
    let tickets: MobilityTickets?
    private(set) var now = Moment(uptime: .uptimeNanoseconds(1_000_000_000_000), unixTime: unixTime)
    var relays: [Relay]
    var clients: [FuzzClient] = []
    /// Tokens of RESERVATION-TOKEN that were given to anybody.
    var tokens: [ReservationToken] = []
    /// Those of MOBILITY-TICKET.
    var ticketTexts: [[UInt8]] = []
    /// By the keys that an allocation was made with: it keeps those wherever it moves.
    private var grants: [ObjectIdentifier: (owner: IntegrityKeys, grants: FuzzGrants)] = [:]
    /// What relays have said to each other and not heard, in order.
    var mail: [(message: RelayMessage, loop: Int)] = []
    var transactionCount: UInt64 = 0

    init(_ configuration: RelayConfiguration, loopCount: Int = 2) {
        self.configuration = configuration
        let directory = RelayedAddressDirectory(configuration.mode)
        let (sockets, connections, realms) = (sockets, connections, FuzzCredential.realms())
        let tickets = configuration.allowsMobility ? MobilityTickets() : nil
        self.directory = directory
        self.tickets = tickets
        relays = (0..<loopCount).map { loop in
            guard let nonces = try? NonceIssuer(secret: [7], lifetime: 600) else { fatalError("no nonces") }
            return Relay(
                configuration: configuration,
                loop: loop,
                directory: directory,
                realms: realms,
                nonces: nonces,
                sockets: configuration.mode.isOpen ? sockets : nil,
                tickets: tickets,
                connections: connections,
                random: RepeatableGenerator(state: UInt64(loop))
            )
        }
    }

    /// The client that a byte means; nil when there is none at all.
    func client(_ byte: UInt8) -> FuzzClient? {
        clients.isEmpty ? nil : clients[Int(byte) % clients.count]
    }

    func state(of client: FuzzClient) -> Client? {
        client.id.flatMap { relays[client.loop].clients[$0] }
    }

    // MARK: Clients come and go

    /// A datagram client is unknown to its relay until it has an allocation.
    func arrive(serverName: String?, isDatagram: Bool) {
        guard clients.count < Self.mostClients else { return }
        let number = clients.count
        let client = FuzzClient(loop: number % 2, address: FuzzAddress.client(number), isDatagram: isDatagram)
        clients.append(client)
        guard !isDatagram else { return }
        client.realm = serverName ?? Self.realm
        client.id = relays[client.loop].connect(
            from: client.address,
            acceptedAt: now.uptime,
            serverName: serverName
        )
    }

    func leave(_ byte: UInt8) {
        guard let client = client(byte), let id = client.id else { return }
        disconnect(client)
        checkAbsence(of: id, client)
        if !client.isDatagram { clients.removeAll { $0 === client } }
    }

    /// Nothing that comes late leads anywhere. Of a client whose allocation waits for it nothing does: connections end once.
    private func checkAbsence(of id: ClientID, _ client: FuzzClient) {
        guard relays[client.loop].clients[id] == nil else { return }
        let routing = relays[client.loop].route(channel: ChannelNumber(rawValue: 0x4000), from: id, at: now.uptime)
        require(routing == .drop(.noAllocation), "a client that is gone sends data")
        guard let last = client.lastRequest else { return }
        let outcome = relays[client.loop].receive(last.rawSpan, from: id, at: now)
        require(outcome == .drop(.noAllocation), "a client that is gone is answered")
    }

    /// Its connection has become a peer's.
    func release(_ client: FuzzClient) {
        client.id = nil
        follow(client)
        clients.removeAll { $0 === client }
    }

    private func disconnect(_ client: FuzzClient) {
        guard let id = client.id else { return }
        client.id = nil
        follow(client)
        relays[client.loop].disconnect(id, at: now.uptime)
    }

    /// Looks where allocations are now. Another one, or none, has other permissions.
    func follow(_ client: FuzzClient) {
        let allocation = state(of: client)?.allocation
        client.allocation = allocation?.handle
        client.grants = allocation.map(grants) ?? FuzzGrants()
    }

    private func grants(of allocation: Allocation) -> FuzzGrants {
        let owner = allocation.identity.keys
        if let known = grants[ObjectIdentifier(owner)] { return known.grants }
        let new = FuzzGrants()
        grants[ObjectIdentifier(owner)] = (owner, new)
        return new
    }

    func drain(_ byte: UInt8) {
        relays[Int(byte) % 2].isDraining = true
    }

    /// Everybody goes, and nothing is left.
    func end() {
        for client in clients { disconnect(client) }
        deliverMail()
        // Allocations that wait for their clients wait no longer than their lifetime.
        now.uptime = now.uptime + configuration.maximumLifetime
        for loop in relays.indices { require(relays[loop].advance(to: now.uptime).isEmpty, "clients are left") }
        deliverMail()
        require(mail.isEmpty && tickets?.count ?? 0 == 0, "tickets are left")
        require(relays.allSatisfy { $0.clientCount == 0 }, "clients are left")
        require(directory.count == 0, "\(directory.count) relayed addresses are left")
        require(sockets.open.isEmpty && sockets.dials.isEmpty, "sockets are left open")
        require(connections.count == 0, "connections with peers are left")
        for realm in relays[0].allRealms {
            require(realm.quota.totalInUse == 0, "\(realm.quota.totalInUse) of a quota is left")
            require(realm.bandwidth.userCount == 0, "bandwidth of users is left")
        }
    }

    // MARK: Time

    /// - Parameter looksAtDeadlines: as loops do now and then.
    func pass(_ milliseconds: Int, looksAtDeadlines: Bool) {
        now.uptime = now.uptime + .milliseconds(Int64(milliseconds))
        now.unixTime += Int64(milliseconds / 1_000)
        guard looksAtDeadlines else { return }
        // A claim ends with its allocation: what is due then depends on which comes first.
        let claimants = Set(clients.filter { state(of: $0)?.claim != nil }.map(ObjectIdentifier.init))
        for loop in relays.indices {
            let gone = relays[loop].advance(to: now.uptime).map { action in
                guard case .close(let id, _) = action else { fatalError("\(action)") }
                return id
            }
            require(Set(gone).count == gone.count, "a client is closed twice")
            for client in clients where client.loop == loop {
                guard let id = client.id, let state = state(of: client) else { continue }
                require(
                    gone.contains(id) == (state.deadline <= now.uptime) || claimants.contains(ObjectIdentifier(client)),
                    "a client whose deadline has passed lives on, or one is closed too early"
                )
                if gone.contains(id) { disconnect(client) }
            }
        }
    }
}

extension Relay {
    fileprivate var allRealms: [RelayRealm] {
        [realms.defaultRealm] + [realms.realm(serverName: RelayWorld.otherRealm)].compactMap { $0 }
    }
}

extension RelayWorld {
    /// Allocations that count against the quotas of all realms.
    var quotaInUse: Int { relays[0].allRealms.map(\.quota.totalInUse).reduce(0, +) }
}
