// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOWebSocket

@testable import SignalHub

/// A WebSocket without a socket: bytes of a client, well-formed frames, and time.
final class FuzzMember {
    /// Closures of handlers outlive what made them.
    private final class Record {
        var events: [WebSocketHandler.Event] = []
    }

    private static let limits = {
        var limits = SignalLimits()
        limits.messageBytes = 2_048
        limits.messageFragments = 4
        limits.unsentBytes = 4_096
        return limits
    }()

    private let channel = EmbeddedChannel()
    private let record = Record()
    private let handler: WebSocketHandler

    static func run(_ decisions: inout Decisions) {
        let member = FuzzMember()
        var steps = 0
        while !decisions.isAtEnd, steps < 200 {
            member.step(&decisions)
            member.check()
            steps += 1
        }
        member.end()
    }

    private init() {
        handler = WebSocketHandler(limits: Self.limits, at: .uptimeNanoseconds(0)) { [record] in
            record.events.append($0)
        }
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(WebSocketFrameEncoder())
            try pipeline.addHandler(
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.limits.messageBytes))
            )
            try pipeline.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        } catch {
            fatalError("\(error)")
        }
    }

    private func step(_ decisions: inout Decisions) {
        switch decisions.byte() % 8 {
        case 0: receive(decisions.countedBytes())
        case 1: channel.embeddedEventLoop.advanceTime(by: .milliseconds(Int64(decisions.byte()) * 40))
        case 2: handler.send(String(repeating: "x", count: Int(decisions.byte()) * 8))
        case 3: handler.ping(Int(decisions.byte()))
        case 4:
            channel.isWritable = decisions.flag()
            channel.pipeline.fireChannelWritabilityChanged()
        case 5: if record.events.contains(where: \.isMessage) { handler.messagesHandled(1) }
        default: receive(frame(&decisions))
        }
    }

    /// What the decoder refuses is thrown here as well as given to the handler.
    private func receive(_ bytes: [UInt8]) {
        guard channel.isActive else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// A masked frame of up to 125 bytes, or of several hundred times those.
    private func frame(_ decisions: inout Decisions) -> [UInt8] {
        let head = decisions.byte() & 0x8F
        let part = decisions.bytes(decisions.number(below: 126))
        let repeats = decisions.byte()
        let payload = repeats < 250 ? part : (0..<Int(repeats - 249) * 4).flatMap { _ in part }
        let mask = decisions.bytes(4) + [0, 0, 0, 0]
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)]
            : [0x80 | 126, UInt8(truncatingIfNeeded: payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
        return [head] + length + mask[..<4] + payload.indices.map { payload[$0] ^ mask[$0 % 4] }
    }

    private func check() {
        let events = record.events
        require(events.count { $0 == .closing } <= 1, "a member closes twice")
        let ends = events.count(where: \.isEnd)
        require(ends <= 1 && (ends == 0 || events.last?.isEnd == true), "something happens after the end")
        if let closing = events.firstIndex(of: .closing) {
            require(!events[closing...].contains(where: \.isMessage), "a message of a member that is closing")
        }
        for case .message(let text) in events {
            require(text.utf8.count <= Self.limits.messageBytes, "a message that is too long")
        }
        require(handler.outbound.byteCount <= Self.limits.unsentBytes + 256, "too much waits for a member")
    }

    private func end() {
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        _ = try? channel.finish(acceptAlreadyClosed: true)
        require(record.events.count(where: \.isEnd) == 1, "an end that was not told")
    }
}

extension WebSocketHandler.Event {
    fileprivate var isMessage: Bool {
        if case .message = self { true } else { false }
    }

    fileprivate var isEnd: Bool {
        if case .closed = self { true } else { false }
    }
}
