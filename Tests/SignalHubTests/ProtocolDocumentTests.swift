// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SignalHub

/// `docs/signaling-protocol.md` says what the code does.
struct ProtocolDocumentTests {
    private static let lines: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = root.deletingLastPathComponent().appending(path: "docs/signaling-protocol.md")
        let text = try? String(contentsOf: file, encoding: .utf8)
        return text?.split(separator: "\n").map(String.init) ?? []
    }()

    @Test(arguments: SignalError.Code.allCases) func `every error has its row`(code: SignalError.Code) {
        #expect(Self.lines.count { $0.hasPrefix("| `\(code.rawValue)` |") } == 1)
    }

    @Test func `the limits are the defaults`() {
        let limits = SignalLimits()
        let rows = [
            "| connections in total | \(limits.connections) (`--websockets-in-total`) |",
            "| connections from one address | \(limits.connectionsPerAddress) (`--websockets-per-address`) |",
            "| connections, and joins, from one address | 200 at once, then \(limits.joinsPerSecondPerAddress) a second"
                + " (`--joins-per-second-per-address`) |",
            "| members of a room | \(limits.roomSize) |",
            "| a message | \(limits.messageBytes / 1024) KiB, in at most \(limits.messageFragments) frames |",
            "| messages of a member | \(limits.messageBurst) at once, \(limits.messagesPerSecond) a second in the long run"
                + " (`--messages-per-second-per-websocket`) |",
            "| people at the door of a room | \(limits.waitingSize) |",
            "| wrong PINs from an address | \(limits.addressWrongPINs) at once, then one in 30 s |",
            "| wrong PINs for a room | \(limits.roomWrongPINs) at once, then one in 10 s |",
            "| wrong resume tokens from an address | \(limits.addressWrongTokens) at once, then one in 1 s |",
            "| a seat without a connection | \(limits.seatHold.components.seconds) s |",
            "| what is kept for a seat | \(limits.seatMessages) messages, \(limits.seatBytes / 1024) KiB |",
            "| a chat message | \(limits.chatTextLength) code points |",
            "| chat that a room keeps | \(limits.chatMessages) messages, \(limits.chatBytes / 1024) KiB |",
            "| `chat`, `state`, `join` and `room` of a member, together | 30 at once, 5 a second in the long run |",
            "| messages about the congestion of a member | one in \(limits.congestionInterval.components.seconds) s |",
            "| congestion that is not noted again | over after \(limits.congestionEnd.components.seconds) s |",
            "| ping of the server | every \(limits.pingInterval.components.seconds) s |",
            "| silence before a member is dead | \(limits.deadAfter.components.seconds) s |",
            "| time without a room | \(limits.lobbyTimeout.components.seconds) s |",
        ]
        #expect((limits.addressPINInterval, limits.roomPINInterval) == (.seconds(30), .seconds(10)))
        #expect(limits.addressTokenInterval == .seconds(1))
        #expect((limits.broadcastBurst, limits.broadcastsPerSecond) == (30, 5))
        for row in rows { #expect(Self.lines.contains(row), "\(row)") }
    }

    @Test func `the example session is made of messages`() throws {
        let sent = Self.lines.filter { $0.hasPrefix("> {") }
        let received = Self.lines.filter { $0.hasPrefix("< {") }
        #expect(sent.count > 5 && received.count > 5)
        for line in sent { _ = try ClientMessage(parsing: String(line.dropFirst(2))) }
        let types = try Set(received.map { try Said(String($0.dropFirst(2))).type })
        #expect(
            types.isSuperset(of: [
                "joined", "peer-joined", "peer-left", "answer", "ice-servers", "error", "room", "chat", "knock",
                "peer-state", "resumed",
            ])
        )
    }
}
