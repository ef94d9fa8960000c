// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import SignalHub

struct WebSocketHandlerTests {
    /// Two messages, the second in pieces that split a character, with a ping in between.
    private static let conversation: [ClientFrame] = [
        ClientFrame(ClientFrame.text, "héllo"),
        ClientFrame(ClientFrame.firstText, [0x61, 0xf0, 0x9f]),
        ClientFrame(ClientFrame.middle),
        ClientFrame(ClientFrame.ping, "p"),
        ClientFrame(ClientFrame.middle, [0x98]),
        ClientFrame(ClientFrame.last, [0x80, 0x62]),
        ClientFrame(ClientFrame.text, String(repeating: "x", count: 300)),
        ClientFrame(ClientFrame.text, ""),
    ]

    @Test(arguments: 1...40) func `messages are the same however the bytes are split`(size: Int) throws {
        let member = try EmbeddedMember()
        var rest = Self.conversation.flatMap(\.bytes)[...]
        while !rest.isEmpty {
            member.receive(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(member.messages == ["héllo", "a\u{1F600}b", String(repeating: "x", count: 300), ""])
        let sent = try member.sent()
        #expect(sent.map(\.opcode) == [.pong])
        #expect(sent.first?.text == "p")
        #expect(sent.first?.maskKey == nil)
        #expect(!member.isClosing)
    }

    @Test func `a message may have 64 KiB, in one frame or many`() throws {
        let member = try EmbeddedMember()
        let text = String(repeating: "y", count: 65536)
        member.receive(ClientFrame(ClientFrame.text, text))
        member.receive(ClientFrame(ClientFrame.firstText, String(repeating: "y", count: 65535)))
        member.receive(ClientFrame(ClientFrame.last, "y"))
        #expect(member.messages == [text, text])
    }

    @Test func `any frame is a sign of life, reported from time to time`() throws {
        let member = try EmbeddedMember()
        member.receive(ClientFrame(ClientFrame.pong))
        member.receive(ClientFrame(ClientFrame.ping))
        #expect(member.events == [.heard(answering: nil)])
        member.pass(.seconds(1))
        member.receive(ClientFrame(ClientFrame.firstText, "a"))
        #expect(member.events == [.heard(answering: nil), .heard(answering: nil)])
    }

    @Test func `a pong says which ping it answers, if it answers one of ours`() throws {
        for (payload, number) in [("7", 7), ("0", 0), ("seven", nil), ("", nil), ("99999999999999999999", nil)] {
            let member = try EmbeddedMember()
            member.receive(ClientFrame(ClientFrame.pong, payload))
            #expect(member.events == [.heard(answering: number)])
        }
    }

    @Test func `texts and pings go out as whole frames without mask`() throws {
        let member = try EmbeddedMember()
        member.handler.send("é")
        member.handler.ping(7)
        let sent = try member.sent()
        #expect(sent.map(\.opcode) == [.text, .ping])
        #expect(sent.allSatisfy { $0.fin && $0.maskKey == nil })
        #expect(sent.map(\.text) == ["é", "7"])
    }

    @Test func `what the hub says at once leaves at once, in order`() throws {
        let member = try EmbeddedMember()
        let id = ConnectionID(rawValue: 1)
        member.handler.perform([.send("one", to: id), .ping(id, number: 2), .send("three", to: id)])
        #expect(member.flushCount == 1)
        #expect(try member.sent().map(\.text) == ["one", "2", "three"])
        // More than the channel may not know of is flushed on the way.
        let text = String(repeating: "z", count: 10_000)
        member.handler.perform((0..<4).map { _ in .send(text, to: id) })
        #expect(member.flushCount == 3)
        #expect(try member.sent().count == 4)
    }

    // MARK: Closing

    @Test func `a client's goodbye is returned, and the connection ends`() throws {
        let member = try EmbeddedMember()
        member.receive(ClientFrame.close(4000, Array("bye\n".utf8)), ClientFrame(ClientFrame.text, "late"))
        let sent = try member.sent()
        #expect(sent.map(\.closeCode) == [4000])
        #expect(member.events == [.closing, .closed(SessionEnd(party: .client, code: 4000, text: "bye\n"))])
        #expect(!member.channel.isActive)
    }

    @Test func `a goodbye without a code is returned without one`() throws {
        let member = try EmbeddedMember()
        member.receive(ClientFrame(ClientFrame.close))
        #expect(try member.sent().map(\.length) == [0])
        #expect(member.ends == [SessionEnd(party: .client, code: nil, text: "")])
    }

    @Test func `the server's goodbye waits for the answer`() throws {
        let member = try EmbeddedMember()
        member.handler.send("last")
        member.handler.close(.serverStopping)
        member.handler.close(.silent)
        member.handler.send("too late")
        member.receive(ClientFrame(ClientFrame.text, "ignored"), ClientFrame(ClientFrame.ping))
        #expect(member.channel.isActive)
        #expect(try member.sent().map { $0.closeCode ?? 0 } == [0, 1001])
        member.receive(ClientFrame.close(1001))
        #expect(!member.channel.isActive)
        #expect(try member.sent().isEmpty)
        #expect(member.events == [.closing, .closed(.server(.serverStopping))])
    }

    @Test func `the server's goodbye waits five seconds at most`() throws {
        let member = try EmbeddedMember()
        member.handler.close(.silent)
        member.pass(.milliseconds(4999))
        #expect(member.channel.isActive)
        member.pass(.milliseconds(1))
        #expect(!member.channel.isActive)
        #expect(member.ends == [.server(.silent)])
    }

    @Test func `a connection that is cut ends once`() throws {
        let member = try EmbeddedMember()
        member.receive(ClientFrame(ClientFrame.firstText, "half"))
        _ = try member.channel.finish()
        #expect(member.events == [.heard(answering: nil), .closed(.cut)])
    }

    @Test func `a connection that fails ends with its error`() throws {
        let member = try EmbeddedMember()
        member.channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "read"))
        #expect(member.events.first == .closing)
        #expect(member.ends.map(\.party) == [.network])
        #expect(!member.channel.isActive)
    }

    // MARK: Slow members, fast members

    @Test func `what a member doesn't read waits for it in order`() throws {
        let member = try EmbeddedMember()
        member.setWritable(false)
        for number in 0..<100 { member.handler.send("\(number)") }
        member.receive(ClientFrame(ClientFrame.ping, "now"))
        #expect(try member.sent().isEmpty)
        member.setWritable(true)
        #expect(try member.sent().map(\.text) == (0..<100).map { "\($0)" } + ["now"])
    }

    @Test func `a member that reads nothing is closed before it costs much`() throws {
        let member = try EmbeddedMember()
        member.setWritable(false)
        let text = String(repeating: "z", count: 64 * 1024)
        for _ in 0..<15 { member.handler.send(text) }
        #expect(!member.isClosing)
        member.handler.send(text)
        #expect(member.isClosing)
        #expect(member.handler.outbound.byteCount < 1024)
        member.pass(.seconds(5))
        #expect(member.ends == [.server(.unread)])
        #expect(member.ends.first?.code == 1013)
    }

    @Test func `pongs that are not read count as well`() throws {
        var limits = SignalLimits()
        limits.messageBurst = 1_000_000
        let member = try EmbeddedMember(limits: limits)
        member.setWritable(false)
        for _ in 0..<9000 where !member.isClosing { member.receive(ClientFrame(ClientFrame.ping)) }
        #expect(member.isClosing)
    }

    @Test func `who sends faster than messages are handled is not read from`() throws {
        let member = try EmbeddedMember()
        for _ in 0..<33 { member.receive(ClientFrame(ClientFrame.text, "a")) }
        let before = member.readCount
        member.channel.read()
        member.channel.read()
        #expect(member.readCount == before)
        for _ in 0..<16 { member.handler.messagesHandled(1) }
        #expect(member.readCount == before)
        member.handler.messagesHandled(1)
        #expect(member.readCount == before + 1)
        member.channel.read()
        #expect(member.readCount == before + 2)
    }
}
