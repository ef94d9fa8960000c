// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import NIOCore
import NIOEmbedded
import STUNCodec

@testable import DatagramIO
@testable import TURNRelay

/// What a client that says something on a connection gets for it. Contents of answers are left out: they have nonces.
struct Conversation: Equatable {
    private var answers: [StreamFrame] = []
    private var isOpen = false

    init(saying pieces: [[UInt8]]) {
        do {
            let connection = try LocalConnection()
            for piece in pieces { connection.say(piece) }
            isOpen = connection.isOpen
            read(connection.heard())
            connection.end()
        } catch {
            fatalError("\(error)")
        }
    }

    private mutating func read(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let frame = StreamFraming.nextFrame(in: Array(rest).rawSpan, maximumLength: .max)
            guard case .stun(let length) = frame else { fatalError("an answer that is no message: \(frame)") }
            answers.append(frame)
            rest = rest.dropFirst(length)
        }
    }
}

/// A client of a relay that is on this thread, on a pair of sockets.
private final class LocalConnection {
    private let loop: StreamRelayLoop
    private let here: CInt
    private let there: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { fatalError("no sockets") }
        defer { close(ends[1]) }
        let socket = try ClientSocket(duplicating: ends[1])
        (here, there) = (ends[0], socket.descriptor)
        let thread = try StreamThread(RealTimeBudget(cpus: 1))
        loop = StreamRelayLoop(
            relay: RelayWorld(RelayConfiguration(), loopCount: 1).relays[0],
            poller: thread.poller,
            peers: PeerSocketsAccess(eventLoop: EmbeddedEventLoop(), relay: thread),
            media: MediaWatch(),
            logger: silentLogger,
            onCongestion: { _ in }
        )
        let arrival = ClientArrival(
            socket: socket,
            records: nil,
            address: TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 5000),
            transport: .tcp,
            acceptedAt: .now(),
            serverName: nil,
            received: ByteBuffer(),
            onDecided: {}
        )
        loop.connect(arrival)
    }

    /// A client that is gone.
    var isOpen: Bool { loop.relay.clientCount > 0 }

    func say(_ piece: [UInt8]) {
        guard isOpen else { return }
        let count = piece.withUnsafeBytes { send(here, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        require(count == piece.count, "\(count) of \(piece.count) bytes were sent")
        handle()
    }

    func heard() -> [UInt8] {
        var heard: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = piece.withUnsafeMutableBytes { recv(here, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
            guard count > 0 else { return heard }
            heard += piece[..<count]
        }
    }

    func end() {
        close(here)
        if isOpen { handle() }
        require(loop.relay.clientCount == 0, "a client that is gone is still there")
        loop.close()
    }

    private func handle() {
        loop.handle(Poller.Event(descriptor: there, isReadable: true, hasRoom: false, hasError: false))
    }
}

let silentLogger = Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
