// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLTLS
import Synchronization

/// A connection that a client has left to a peer (RFC 6062, section 5.4), on its way back to a channel.
struct ClientDeparture: Sendable {
    let socket: ClientSocket
    /// Of TLS; nil without.
    let records: TLSRecordLayer?
    /// What the client is still to get, as it is on the wire.
    let unsent: ByteBuffer
    /// What the client has sent for the peer already, decrypted.
    let received: ByteBuffer
    /// Nothing follows, as TLS has it.
    let hasEnded: Bool
}

/// What was relayed of the connections with peers, in bytes. Counted on an event loop, and read on another thread.
final class StreamedBytes: Sendable {
    private let peers = Atomic(0)
    private let clients = Atomic(0)

    var fromPeers: Int { peers.load(ordering: .relaxed) }
    var toPeers: Int { clients.load(ordering: .relaxed) }

    func count(fromPeer bytes: Int) {
        peers.add(bytes, ordering: .relaxed)
    }

    func count(toPeer bytes: Int) {
        clients.add(bytes, ordering: .relaxed)
    }
}

/// The way to the TCP sockets of a relay, which are on an event loop of their own.
struct PeerSocketsAccess: Sendable {
    let eventLoop: any EventLoop
    let streamed: StreamedBytes
    private let sockets: Confined<PeerSockets>

    init(eventLoop: any EventLoop, relay: StreamThread) {
        let streamed = StreamedBytes()
        let sockets = PeerSockets(eventLoop: eventLoop, relay: relay, streamed: streamed)
        self.eventLoop = eventLoop
        self.streamed = streamed
        self.sockets = Confined(sockets, to: EventLoopThread(eventLoop))
    }

    /// Soon, on the event loop.
    func perform(_ work: @escaping @Sendable (PeerSockets) -> Void) {
        eventLoop.execute { [sockets] in work(sockets.value) }
    }
}
