// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import OpenSSLCrypto
import STUNCodec
import Testing

@testable import TURNClient

/// A client on datagrams, where anybody can answer, or nobody.
struct DatagramClientTests {
    static let credential = TURNCredential(username: "alice", password: "wonder")

    private let channel = NIOAsyncTestingChannel()

    private func attach() async throws -> TURNConnection {
        try await TURNConnection.attach(
            to: channel,
            credential: Self.credential,
            timeout: .seconds(8),
            isDatagram: true
        )
    }

    @Test func aResponseWithAWrongMACIsAsIfItHadNotCome() async throws {
        let connection = try await attach()
        let refresh = Task { try await connection.refresh(lifetime: 600) }
        try await challenge()
        let transactionID = try await nextTransactionID()
        try await respond(transactionID, password: "guessed")
        try await respond(transactionID, password: "wonder")
        try await refresh.value
    }

    @Test func whenNoBetterResponseComesTheWrongMACIsTheReason() async throws {
        let connection = try await attach()
        let refresh = Task { try await connection.refresh(lifetime: 600) }
        try await challenge()
        try await respond(nextTransactionID(), password: "guessed")
        await channel.testingEventLoop.advanceTime(by: .seconds(8))
        await #expect(throws: TURNClientError.wrongIntegrity(.refresh)) { try await refresh.value }
    }

    @Test func requestsAreSentAgainUntilTheTimeIsOver() async throws {
        let connection = try await attach()
        let binding = Task { try await connection.binding() }
        let first = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        for seconds in [500, 1000, 2000] as [Int64] {
            await channel.testingEventLoop.advanceTime(by: .milliseconds(seconds))
            #expect(try await channel.readOutbound(as: ByteBuffer.self) == first)
        }
        await channel.testingEventLoop.advanceTime(by: .seconds(8))
        await #expect(throws: TURNClientError.timedOut(.binding)) { try await binding.value }
    }

    @Test func nonsenseIsIgnored() async throws {
        let connection = try await attach()
        let binding = Task { try await connection.binding() }
        let transactionID = try await nextTransactionID()
        for nonsense in [[], [0], [0x40], [0x40, 0, 0xFF, 0xFF, 1], [0, 1, 2, 3], [0xFF]] as [[UInt8]] {
            try await channel.writeInbound(ByteBuffer(bytes: nonsense))
        }
        var writer = STUNMessageWriter(type: MessageType(.binding, .successResponse), transactionID: transactionID)
        let address = TransportAddress(IPAddress(ipv4: 0xC000_0207), port: 7)
        writer.append(XORMappedAddress(address: address))
        try await channel.writeInbound(ByteBuffer(bytes: writer.bytes))
        #expect(try await binding.value == address)
    }

    @Test func channelDataNeedsNoPadding() async throws {
        let connection = try await attach()
        try await channel.writeInbound(ByteBuffer(bytes: [0x40, 1, 0, 3, 7, 8, 9]))
        var data = connection.data.makeAsyncIterator()
        #expect(await data.next() == RelayedData(source: .channel(0x4001), payload: ByteBuffer(bytes: [7, 8, 9])))
        connection.send(ByteBuffer(bytes: [7]), on: ChannelNumber(rawValue: 0x4001))
        let sent = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(sent == ByteBuffer(bytes: [0x40, 1, 0, 1, 7]))
    }

    // MARK: A server

    private func nextTransactionID() async throws -> TransactionID {
        let request = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        return try STUNMessageView(Array(request.readableBytesView).rawSpan).transactionID
    }

    private func challenge() async throws {
        let type = MessageType(.refresh, .errorResponse)
        var writer = STUNMessageWriter(type: type, transactionID: try await nextTransactionID())
        writer.append(ErrorCode(code: 401, reason: "Unauthenticated"))
        writer.append(Realm(text: "test"))
        writer.append(Nonce(text: "nonce"))
        try await channel.writeInbound(ByteBuffer(bytes: writer.bytes))
    }

    private func respond(_ transactionID: TransactionID, password: String) async throws {
        let key = try HMACKey(.sha1, key: digest(.md5, Array("alice:test:\(password)".utf8)))
        var writer = STUNMessageWriter(type: MessageType(.refresh, .successResponse), transactionID: transactionID)
        writer.append(Lifetime(seconds: 600))
        writer.appendMessageIntegrity { key.authenticationCode(of: $0) }
        try await channel.writeInbound(ByteBuffer(bytes: writer.bytes))
    }
}
