// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOWebSocket
import TestSupport
import Testing

@testable import SignalHub

/// Every way to break RFC 6455 or a limit is answered with one Close frame, and nothing behind it is obeyed.
struct WebSocketViolationTests {
    struct Violation: CustomTestStringConvertible {
        let testDescription: String
        let code: UInt16
        let bytes: [UInt8]

        init(_ name: String, _ code: UInt16, _ frames: ClientFrame...) {
            self.init(name, code, bytes: frames.flatMap(\.bytes))
        }

        init(_ name: String, _ code: UInt16, bytes: [UInt8]) {
            self.testDescription = name
            self.code = code
            self.bytes = bytes
        }
    }

    private static func kilobytes(_ count: Int) -> String { String(repeating: "k", count: count * 1024) }

    static let framing: [Violation] = [
        Violation("unmasked", 1002, ClientFrame(ClientFrame.text, Array("a".utf8), mask: nil)),
        Violation("unmasked ping", 1002, ClientFrame(ClientFrame.ping, mask: nil)),
        Violation("RSV1", 1002, ClientFrame(ClientFrame.text | 0x40, "a")),
        Violation("RSV2", 1002, ClientFrame(ClientFrame.text | 0x20, "a")),
        Violation("RSV3", 1002, ClientFrame(ClientFrame.ping | 0x10)),
        Violation("opcode 3", 1002, ClientFrame(0x83, "a")),
        Violation("opcode 11", 1002, ClientFrame(0x8b, "a")),
        Violation("continuation of nothing", 1002, ClientFrame(ClientFrame.last, "a")),
        Violation("a message inside of another", 1002, ClientFrame(0x01, "a"), ClientFrame(ClientFrame.text, "b")),
        Violation("a fragmented ping", 1002, ClientFrame(0x09, "a")),
        Violation("a ping of 126 bytes", 1002, ClientFrame(ClientFrame.ping, String(repeating: "a", count: 126))),
    ]

    static let closing: [Violation] = [
        Violation("Close of one byte", 1002, ClientFrame(ClientFrame.close, [3])),
        Violation("Close 0", 1002, .close(0)),
        Violation("Close 999", 1002, .close(999)),
        Violation("Close 1005", 1002, .close(1005)),
        Violation("Close 1006", 1002, .close(1006)),
        Violation("Close 1015", 1002, .close(1015)),
        Violation("Close 2999", 1002, .close(2999)),
        Violation("Close 5000", 1002, .close(5000)),
        Violation("Close with a reason that is not UTF-8", 1007, .close(1000, [0xff])),
    ]

    static let content: [Violation] = [
        Violation("binary", 1003, ClientFrame(ClientFrame.binary, "a")),
        Violation("fragmented binary", 1003, ClientFrame(0x02, "a")),
        Violation("not UTF-8", 1007, ClientFrame(ClientFrame.text, [0x61, 0xff])),
        Violation("a surrogate in UTF-8", 1007, ClientFrame(ClientFrame.text, [0xed, 0xa0, 0x80])),
        Violation("an overlong form", 1007, ClientFrame(ClientFrame.text, [0xc0, 0x80])),
        Violation("half a character", 1007, ClientFrame(0x01, [0xf0, 0x9f]), ClientFrame(ClientFrame.last, [0x98])),
    ]

    static let limits: [Violation] = [
        Violation("64 KiB and one byte", 1009, ClientFrame(ClientFrame.text, kilobytes(64) + "k")),
        Violation("a frame of 2^63-1 bytes", 1009, bytes: [0x81, 0xff, 0x7f] + Array(repeating: 0xff, count: 7)),
        Violation("a frame of 2^64-1 bytes", 1009, bytes: [0x81, 0xff] + Array(repeating: 0xff, count: 8)),
        Violation(
            "two fragments of 33 KiB",
            1009,
            ClientFrame(0x01, kilobytes(33)),
            ClientFrame(ClientFrame.last, kilobytes(33))
        ),
        Violation(
            "fragments without end",
            1008,
            bytes: ClientFrame(0x01).bytes + (0..<1024).flatMap { _ in ClientFrame(ClientFrame.middle).bytes }
        ),
        Violation("too many pings", 1008, bytes: (0..<201).flatMap { _ in ClientFrame(ClientFrame.ping).bytes }),
        Violation("too many pongs", 1008, bytes: (0..<201).flatMap { _ in ClientFrame(ClientFrame.pong).bytes }),
    ]

    @Test(arguments: framing + closing + content + limits)
    func `is answered with one Close frame`(violation: Violation) throws {
        let member = try EmbeddedMember()
        member.receive(ClientFrame(ClientFrame.text, "before"))
        member.receive(violation.bytes)
        #expect(member.isClosing)
        member.receive(ClientFrame(ClientFrame.text, "after"), ClientFrame(ClientFrame.ping))
        let sent = try member.sent().filter { $0.opcode != .pong }
        #expect(sent.map(\.closeCode) == [violation.code])
        #expect((sent.first?.length ?? 0) <= 125)
        #expect(member.messages == ["before"])
        member.pass(.seconds(5))
        #expect(!member.channel.isActive)
        #expect(member.ends.map(\.party) == [.server])
        #expect(member.ends.map(\.code) == [violation.code])
        #expect(member.events.last == member.ends.first.map { .closed($0) })
    }

    @Test func `random bytes never do more than close the connection`() throws {
        var random = SplitMix(state: 11)
        for _ in 0..<500 {
            let member = try EmbeddedMember()
            for _ in 0..<4 {
                let length = Int.random(in: 1...60, using: &random)
                member.receive((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
            }
            #expect(try member.sent().count { $0.opcode == .connectionClose } <= 1)
            _ = try? member.channel.finish()
            #expect(member.ends.count == 1)
        }
    }

    @Test(arguments: [
        ("plain text, déjà vu!", "plain text, déjà vu!"),
        ("a\nb\r\u{1b}[31m", #"a\u{a}b\u{d}\u{1b}[31m"#),
        (#"x" closed-by="server\"#, #"x\u{22} closed-by\u{3d}\u{22}server\u{5c}"#),
        ("\u{202e}\u{200b}\u{0}\u{2028}", #"\u{202e}\u{200b}\u{0}\u{2028}"#),
        (String(repeating: "a", count: 200), String(repeating: "a", count: 128) + "..."),
    ])
    func `text of strangers is harmless in a log`(text: String, escaped: String) {
        #expect(LogText.escaped(text) == escaped)
    }
}
