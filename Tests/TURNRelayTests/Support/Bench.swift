// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto
import STUNCodec
import TURNCredentials

@testable import TURNRelay

/// A relay without sockets, a clock that tests move, and clients that know how to ask.
final class Bench {
    static let realm = "turn.example.org"
    static let unixTime: Int64 = 1_700_000_000
    static let secret = "north"
    /// Of the closed relay.
    static let virtualAddress = IPAddress(ipv4: 0xC000_0008)

    var relay: Relay
    var now = Moment(uptime: .uptimeNanoseconds(1_000_000_000_000), unixTime: unixTime)
    let directory: RelayedAddressDirectory
    let sockets = FakeSockets()
    private var nextPort: UInt16 = 40_000
    private var nextTransaction: UInt64 = 0

    init(
        _ configuration: RelayConfiguration = RelayConfiguration(),
        loop: Int = 0,
        directory: RelayedAddressDirectory? = nil,
        realms: RealmDirectory? = nil
    ) throws {
        let directory = directory ?? RelayedAddressDirectory(configuration.mode)
        relay = Relay(
            configuration: configuration,
            loop: loop,
            directory: directory,
            realms: try realms ?? RealmDirectory(default: Self.realmConfiguration()),
            nonces: try NonceIssuer(secret: Array("nonce secret".utf8), lifetime: 600),
            sockets: configuration.mode.isOpen ? sockets : nil,
            random: SecureRandom()
        )
        self.directory = directory
    }

    /// Alice and Bob, and ephemeral credentials.
    static func realmConfiguration(named realm: String = Bench.realm) throws -> RealmConfiguration {
        let alice = try LongTermUser(name: "alice", password: "wonder", realm: realm)
        let bob = try LongTermUser(name: "bob", password: "builder", realm: realm)
        return RealmConfiguration(users: UserDirectory([alice, bob], realm: realm), secrets: [secret])
    }

    var quota: AllocationQuota { relay.realms.defaultRealm.quota }

    func advance(_ time: TimeAmount) -> [RelayAction] {
        now.uptime = now.uptime + time
        now.unixTime += time.nanoseconds / 1_000_000_000
        return relay.advance(to: now.uptime)
    }

    // MARK: Clients

    /// A client with the credentials that its requests are made with.
    func connect(_ credential: Credential = .alice, serverName: String? = nil) -> TestClient {
        nextPort += 1
        let address = TransportAddress(IPAddress(ipv4: 0xC000_0200), port: nextPort)
        let id = relay.connect(from: address, acceptedAt: now.uptime, serverName: serverName)
        let client = TestClient(id: id, address: address, credential: credential)
        renewNonce(of: client)
        return client
    }

    /// As a challenge would.
    func renewNonce(of client: TestClient) {
        client.nonce = relay.authenticator.nonces.issue(
            NonceAnnouncement(features: .passwordAlgorithms, offer: .sha256AndMD5),
            in: client.credential.realm,
            to: client.address,
            now: now.unixTime
        )
    }

    /// A client with an allocation.
    func allocate(_ credential: Credential = .alice) throws -> TestClient {
        let client = connect(credential)
        client.relayedAddress = try ask(.allocate, client, RequestedTransport.udp).value(XORRelayedAddress.self)?
            .address
        return client
    }

    func ephemeral(user: String = "carol", room: String? = nil, lifetime: Int64 = 3600) throws -> Credential {
        let issued = try CredentialIssuer(secret: Self.secret, lifetime: lifetime)
            .issue(user: user, room: room, now: now.unixTime)
        return Credential(username: issued.username, password: issued.password)
    }

    // MARK: Messages

    func transactionID() -> TransactionID {
        nextTransaction += 1
        return TransactionID(high: 0x7E57, low: nextTransaction)
    }

    /// Sends an authenticated request and gives the answer.
    func ask(_ method: STUNCodec.Method, _ client: TestClient, _ values: any STUNAttributeValue...) throws -> Answer {
        let request = try client.request(method, transactionID(), values)
        return try Answer(send(request, from: client))
    }

    func send(_ bytes: [UInt8], from client: TestClient) -> RelayOutcome {
        relay.receive(bytes.rawSpan, from: client.id, at: now)
    }

    /// Permissions and channels both ways, so that data flows.
    func join(_ one: TestClient, _ other: TestClient, channel: UInt16 = 0x4001) throws {
        for (from, to) in [(one, other), (other, one)] {
            let peer = XORPeerAddress(address: try to.relayed)
            _ = try ask(.channelBind, from, ChannelNumber(rawValue: channel), peer)
        }
    }
}

struct Credential {
    var username: String
    var password: String
    var realm = Bench.realm

    static let alice = Credential(username: "alice", password: "wonder")
    static let bob = Credential(username: "bob", password: "builder")

    var key: [UInt8] {
        get throws { try key(.md5) }
    }

    func key(_ algorithm: DigestAlgorithm) throws -> [UInt8] {
        try digest(algorithm, Array("\(username):\(realm):\(password)".utf8))
    }
}

final class TestClient {
    let id: ClientID
    let address: TransportAddress
    var credential: Credential
    var nonce = ""
    var authentication = TestAuthentication.legacy
    var relayedAddress: TransportAddress?

    init(id: ClientID, address: TransportAddress, credential: Credential) {
        self.id = id
        self.address = address
        self.credential = credential
    }

    struct NotAllocated: Error {}

    var relayed: TransportAddress {
        get throws {
            guard let relayedAddress else { throw NotAllocated() }
            return relayedAddress
        }
    }

    func request(
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
struct Answer: Equatable {
    struct NoAnswer: Error {}

    let bytes: [UInt8]
    let type: MessageType
    let error: Int?

    init(_ outcome: RelayOutcome) throws {
        guard case .respond(let bytes) = outcome else { throw NoAnswer() }
        self.bytes = bytes
        let message = try STUNMessageView(bytes.rawSpan)
        type = message.type
        error = try message.value(ErrorCode.self)?.code
    }

    var isSuccess: Bool { type.messageClass == .successResponse && error == nil }

    func value<Value: STUNAttributeValue>(_ type: Value.Type) throws -> Value? {
        try STUNMessageView(bytes.rawSpan).value(type)
    }

    func has(_ type: AttributeType) throws -> Bool {
        let message = try STUNMessageView(bytes.rawSpan)
        return message.firstAttribute(type) != nil
    }
}

/// A peer that is no relayed address of the relay.
func peer(_ text: String, port: UInt16 = 9) throws -> XORPeerAddress {
    guard let address = IPAddress(text) else { throw Answer.NoAnswer() }
    return XORPeerAddress(address: TransportAddress(address, port: port))
}
