// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import OpenSSLCrypto
package import STUNCodec
import TURNCredentials
package import TURNRelay

/// A relay without sockets, a clock that tests move, and clients that know how to ask.
package final class Bench {
    package static let realm = "turn.example.org"
    package static let unixTime: Int64 = 1_700_000_000
    package static let secret = "north"
    /// Of the closed relay.
    package static let virtualAddress = IPAddress(ipv4: 0xC000_0008)

    package var relay: Relay
    package var now = Moment(uptime: .uptimeNanoseconds(1_000_000_000_000), unixTime: unixTime)
    package let directory: RelayedAddressDirectory
    package let realms: RealmDirectory
    package let sockets = FakeSockets()
    package let connections: ConnectionRegistry
    private let nonces: NonceIssuer
    private var nextPort: UInt16 = 40_000
    private var nextTransaction: UInt64 = 0

    package init(
        _ configuration: RelayConfiguration = RelayConfiguration(),
        loop: Int = 0,
        directory: RelayedAddressDirectory? = nil,
        realms: RealmDirectory? = nil,
        tickets: MobilityTickets? = nil,
        connections: ConnectionRegistry = ConnectionRegistry(),
        random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) throws {
        let directory = directory ?? RelayedAddressDirectory(configuration.mode)
        let realms = try realms ?? RealmDirectory(default: Self.realmConfiguration())
        let nonces = try NonceIssuer(secret: Array("nonce secret".utf8), lifetime: 600)
        let isOpen = if case .open = configuration.mode { true } else { false }
        relay = Relay(
            configuration: configuration,
            loop: loop,
            directory: directory,
            realms: realms,
            nonces: nonces,
            sockets: isOpen ? sockets : nil,
            tickets: configuration.allowsMobility ? tickets ?? MobilityTickets() : nil,
            connections: connections,
            random: random
        )
        self.connections = connections
        self.realms = realms
        self.nonces = nonces
        self.directory = directory
    }

    /// Alice and Bob, and ephemeral credentials.
    package static func realmConfiguration(named realm: String = Bench.realm) throws -> RealmConfiguration {
        let alice = try LongTermUser(name: "alice", password: "wonder", realm: realm)
        let bob = try LongTermUser(name: "bob", password: "builder", realm: realm)
        return RealmConfiguration(users: UserDirectory([alice, bob], realm: realm), secrets: [secret])
    }

    package var quota: AllocationQuota { realms.defaultRealm.quota }

    package func advance(_ time: TimeAmount) -> [RelayAction] {
        now.uptime = now.uptime + time
        now.unixTime += time.nanoseconds / 1_000_000_000
        return relay.advance(to: now.uptime)
    }

    // MARK: Clients

    /// A client with the credentials that its requests are made with.
    package func connect(_ credential: Credential = .alice, serverName: String? = nil) -> TestClient {
        nextPort &+= 1
        let address = TransportAddress(IPAddress(ipv4: 0xC000_0200), port: nextPort)
        let id = relay.connect(from: address, acceptedAt: now.uptime, serverName: serverName)
        let client = TestClient(id: id, address: address, credential: credential)
        renewNonce(of: client)
        return client
    }

    /// As a challenge would.
    package func renewNonce(of client: TestClient) {
        client.nonce = nonces.issue(
            NonceAnnouncement(features: .passwordAlgorithms, offer: .sha256AndMD5),
            in: client.credential.realm,
            to: client.address,
            now: now.unixTime
        )
    }

    /// A client with an allocation.
    package func allocate(_ credential: Credential = .alice, serverName: String? = nil) throws -> TestClient {
        let client = connect(credential, serverName: serverName)
        client.relayedAddress = try ask(.allocate, client, RequestedTransport.udp).value(XORRelayedAddress.self)?
            .address
        return client
    }

    package func ephemeral(user: String = "carol", room: String? = nil, lifetime: Int64 = 3600) throws -> Credential {
        let issued = try CredentialIssuer(secret: Self.secret, lifetime: lifetime)
            .issue(user: user, room: room, now: now.unixTime)
        return Credential(username: issued.username, password: issued.password)
    }

    // MARK: Messages

    package func transactionID() -> TransactionID {
        nextTransaction += 1
        return TransactionID(high: 0x7E57, low: nextTransaction)
    }

    /// Sends an authenticated request and gives the answer.
    package func ask(_ method: STUNCodec.Method, _ client: TestClient, _ values: any STUNAttributeValue...) throws
        -> Answer
    {
        let request = try client.request(method, transactionID(), values)
        return try Answer(send(request, from: client))
    }

    package func send(_ bytes: [UInt8], from client: TestClient) -> RelayOutcome {
        relay.receive(bytes.rawSpan, from: client.id, at: now)
    }

    /// Permissions and channels both ways, so that data flows.
    package func join(_ one: TestClient, _ other: TestClient, channel: UInt16 = 0x4001) throws {
        for (from, to) in [(one, other), (other, one)] {
            let peer = XORPeerAddress(address: try to.relayed)
            _ = try ask(.channelBind, from, ChannelNumber(rawValue: channel), peer)
        }
    }
}

package struct Credential {
    package var username: String
    package var password: String
    package var realm: String

    package init(username: String, password: String, realm: String = Bench.realm) {
        self.username = username
        self.password = password
        self.realm = realm
    }

    package static let alice = Credential(username: "alice", password: "wonder")
    package static let bob = Credential(username: "bob", password: "builder")

    package var key: [UInt8] {
        get throws { try key(.md5) }
    }

    package func key(_ algorithm: DigestAlgorithm) throws -> [UInt8] {
        try digest(algorithm, Array("\(username):\(realm):\(password)".utf8))
    }
}

package final class TestClient {
    package let id: ClientID
    package let address: TransportAddress
    package var credential: Credential
    package var nonce = ""
    package var authentication = TestAuthentication.legacy
    package var relayedAddress: TransportAddress?

    package init(id: ClientID, address: TransportAddress, credential: Credential) {
        self.id = id
        self.address = address
        self.credential = credential
    }

    package struct NotAllocated: Error {}

    package var relayed: TransportAddress {
        get throws {
            guard let relayedAddress else { throw NotAllocated() }
            return relayedAddress
        }
    }

    package func request(
        _ method: STUNCodec.Method,
        _ transactionID: TransactionID,
        _ values: [any STUNAttributeValue]
    ) throws -> [UInt8] {
        var writer = STUNMessageWriter(type: MessageType(method, .request), transactionID: transactionID)
        for value in values {
            writer.append(value)
        }
        try authentication.close(&writer, credential, nonce: nonce)
        return writer.bytes
    }
}

/// An answer, read.
package struct Answer: Equatable {
    package struct NoAnswer: Error {
        package init() {}
    }

    package let bytes: [UInt8]
    package let type: MessageType
    package let error: Int?

    package init(_ outcome: RelayOutcome) throws {
        guard case .respond(let bytes) = outcome else { throw NoAnswer() }
        self.bytes = bytes
        let message = try STUNMessageView(bytes.rawSpan)
        type = message.type
        error = try message.value(ErrorCode.self)?.code
    }

    package var isSuccess: Bool { type.messageClass == .successResponse && error == nil }

    package func value<Value: STUNAttributeValue>(_ type: Value.Type) throws -> Value? {
        try STUNMessageView(bytes.rawSpan).value(type)
    }

    package func has(_ type: AttributeType) throws -> Bool {
        let message = try STUNMessageView(bytes.rawSpan)
        return message.firstAttribute(type) != nil
    }
}

/// A peer that is no relayed address of the relay.
package func peer(_ text: String, port: UInt16 = 9) throws -> XORPeerAddress {
    guard let address = IPAddress(text) else { throw Answer.NoAnswer() }
    return XORPeerAddress(address: TransportAddress(address, port: port))
}
