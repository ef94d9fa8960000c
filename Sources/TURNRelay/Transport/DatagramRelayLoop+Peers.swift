// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import STUNCodec

/// Datagrams to and from peers.
extension DatagramRelayLoop {
    /// Takes a payload of a client of this loop where the route says.
    func forward(_ payload: RawSpan, along route: Route, dontFragment: Bool = false, at now: NIODeadline) {
        counters.fromClients.count(payload.byteCount, over: .udp)
        switch route {
        case .allocation(let passage) where passage.target.loop == relay.loop:
            deliver(payload, along: passage, at: now)
        case .allocation(let passage):
            post(.payload(ByteBuffer(copying: payload), passage), to: passage.target.loop)
        case .peer(let peer, let socket) where Int(socket.loop) != relay.loop:
            let bytes = ByteBuffer(copying: payload)
            post(.datagram(bytes, to: peer, socket, dontFragment: dontFragment), to: Int(socket.loop))
        case .peer(let peer, let socket):
            send(payload, to: peer, through: socket, dontFragment: dontFragment)
        }
    }

    func send(_ payload: RawSpan, to peer: TransportAddress, through socket: RelaySocketID, dontFragment: Bool) {
        guard let port = port(socket) else { return counters.count(.staleRoute) }
        counters.toPeers.count(payload.byteCount)
        send(to: peer, at: port, dontFragment: dontFragment) { $0.append(payload) }
    }

    /// Takes a datagram of a peer to the client of the allocation that it arrived for.
    func receive(_ payload: RawSpan, from peer: TransportAddress, for handle: AllocationHandle, _ now: NIODeadline) {
        counters.fromPeers.count(payload.byteCount)
        let passage = Passage(target: handle, source: peer)
        if handle.loop == relay.loop {
            deliver(payload, along: passage, at: now)
        } else {
            post(.payload(ByteBuffer(copying: payload), passage), to: handle.loop)
        }
    }

    /// An ICMP error for a datagram that an allocation sent.
    func report(_ error: DatagramError, for handle: AllocationHandle, _ now: NIODeadline) {
        guard let icmp = error.icmp else { return }
        let attribute = ICMPAttribute(type: icmp.type, code: icmp.code, errorData: icmp.data)
        let passage = Passage(target: handle, source: error.destination)
        if handle.loop == relay.loop {
            deliver(attribute, along: passage, at: now)
        } else {
            post(.icmp(attribute, passage), to: handle.loop)
        }
    }
}
