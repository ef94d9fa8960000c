// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

@testable import TURNRelay

/// What a client sends.
struct FuzzMessage {
    let client: FuzzClient
    var bytes: [UInt8]
    /// Whether the message may change anything: its MAC was made with a user's key.
    var isProved: Bool
}

extension RelayWorld {
    private static let authenticating: Set<AttributeType> = [
        .username, .userhash, .realm, .nonce, .messageIntegrity, .messageIntegritySHA256, .passwordAlgorithm,
        .passwordAlgorithms, .fingerprint, .accessToken,
    ]

    /// A request that was made up.
    func request(choosing decisions: inout Decisions) -> FuzzMessage? {
        guard let client = client(decisions.byte()) else { return nil }
        let method = decisions.choice(of: RequestGenerator.methods)
        transactionCount += 1
        var writer = STUNMessageWriter(
            type: MessageType(method, .request),
            transactionID: TransactionID(high: 0xF022, low: transactionCount)
        )
        attributes(of: method, choosing: &decisions, into: &writer)
        return closed(writer, by: client, choosing: &decisions)
    }

    /// A message that another client sent once, on another connection: with its attributes, and our credentials. What is
    /// no message is sent as it is.
    func captured(choosing decisions: inout Decisions) -> FuzzMessage? {
        guard let client = client(decisions.byte()) else { return nil }
        let bytes = decisions.countedBytes()
        guard let message = try? STUNMessageView(bytes.rawSpan), message.type.messageClass == .request else {
            return FuzzMessage(client: client, bytes: bytes, isProved: false)
        }
        var writer = STUNMessageWriter(type: message.type, transactionID: message.transactionID)
        var attributes = message.attributes
        while let attribute = attributes.next() {
            guard !Self.authenticating.contains(attribute.type) else { continue }
            writer.append(attribute.type, bytes: message.bytes(in: attribute.range).array)
        }
        return closed(writer, by: client, choosing: &decisions)
    }

    func sendIndication(choosing decisions: inout Decisions) -> FuzzMessage? {
        guard let client = client(decisions.byte()) else { return nil }
        transactionCount += 1
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 0x5E4D, low: transactionCount)
        )
        let flags = decisions.byte()
        writer.append(XORPeerAddress(address: peer(choosing: &decisions)))
        if flags & 1 == 0 { writer.append(.data, bytes: decisions.bytes(decisions.number(below: 32))) }
        if flags & 2 != 0 { writer.append(DontFragment()) }
        if flags & 4 != 0 { writer.appendFingerprint() }
        return FuzzMessage(client: client, bytes: writer.bytes, isProved: false)
    }

    /// Adds what authenticates a request, and maybe damages it.
    private func closed(
        _ writer: STUNMessageWriter,
        by client: FuzzClient,
        choosing decisions: inout Decisions
    ) -> FuzzMessage {
        var writer = writer
        let flags = decisions.byte()
        let credential = FuzzCredential.all[Int(decisions.byte()) % FuzzCredential.all.count]
        let isAuthenticated = flags & 0b11 != 3
        if isAuthenticated { authenticate(&writer, client, credential, isLegacy: flags & 0b100 == 0, flags) }
        if flags & 0b1000 != 0 { writer.appendFingerprint() }
        var message = FuzzMessage(client: client, bytes: writer.bytes, isProved: isAuthenticated)
        if flags & 0b1100_0000 == 0b1100_0000 {
            let index = Int(decisions.integer(UInt16.self)) % message.bytes.count
            message.bytes[index] ^= decisions.byte()
        }
        return message
    }

    private func authenticate(
        _ writer: inout STUNMessageWriter,
        _ client: FuzzClient,
        _ credential: FuzzCredential,
        isLegacy: Bool,
        _ flags: UInt8
    ) {
        let isHidden = flags & 0b1_0000 != 0
        if isHidden, let hash = try? UserHash.value(username: credential.username, realm: client.realm) {
            writer.append(Userhash(hash: hash))
        } else {
            writer.append(Username(text: credential.username))
        }
        writer.append(Realm(text: client.realm))
        writer.append(Nonce(text: nonce(for: client, isOld: flags & 0b10_0000 != 0)))
        if isLegacy {
            let key = credential.key(in: client.realm, .md5, isSHA256: false)
            writer.appendMessageIntegrity { key.authenticationCode(of: $0) }
        } else {
            writer.append(PasswordAlgorithms([.sha256, .md5]))
            writer.append(PasswordAlgorithm.sha256)
            let key = credential.key(in: client.realm, .sha256, isSHA256: true)
            writer.appendMessageIntegritySHA256 { key.authenticationCode(of: $0) }
        }
    }

    /// As a challenge would have given it, now or a while ago.
    private func nonce(for client: FuzzClient, isOld: Bool) -> String {
        relays[client.loop].authenticator.nonces.issue(
            NonceAnnouncement(features: .passwordAlgorithms, offer: .sha256AndMD5),
            in: client.realm,
            to: client.address,
            now: now.unixTime - (isOld ? 601 : 0)
        )
    }
}
