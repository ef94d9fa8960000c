// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOEmbedded
import STUNCodec

@testable import TURNRelay

/// What a client that says something on a connection gets for it. Contents of answers are left out: they have nonces.
struct Conversation: Equatable {
    private var answers: [StreamFrame] = []
    private var isOpen = false

    init(saying pieces: [[UInt8]]) {
        let relay = RelayWorld(RelayConfiguration(), loopCount: 1).relays[0]
        let loop = StreamRelayLoop(relay: relay, logger: silentLogger)
        let channel = EmbeddedChannel()
        let handler = ClientStreamHandler(
            loop: loop,
            address: TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 5000),
            acceptedAt: .now(),
            serverName: nil,
            onDecided: {}
        )
        do {
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 5000)).wait()
            try channel.pipeline.syncOperations.addHandler(handler)
            for piece in pieces where channel.isActive { try channel.writeInbound(ByteBuffer(bytes: piece)) }
            isOpen = channel.isActive
            try read(channel)
            _ = try channel.finish(acceptAlreadyClosed: true)
        } catch {
            fatalError("\(error)")
        }
        require(loop.relay.clientCount == 0, "a client that is gone is still there")
    }

    private mutating func read(_ channel: EmbeddedChannel) throws {
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            var rest = Array(bytes.readableBytesView)[...]
            while !rest.isEmpty {
                let frame = StreamFraming.nextFrame(in: Array(rest).rawSpan, maximumLength: .max)
                guard case .stun(let length) = frame else { fatalError("an answer that is no message: \(frame)") }
                answers.append(frame)
                rest = rest.dropFirst(length)
            }
        }
    }
}

let silentLogger = Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
