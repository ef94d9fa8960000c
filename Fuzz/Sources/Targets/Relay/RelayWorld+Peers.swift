// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

@testable import TURNRelay

/// Connections with peers: what comes of those that were asked for, and peers that connect.
extension RelayWorld {
    func turnConnection(_ byte: UInt8, choosing decisions: inout Decisions) {
        if byte & 1 == 0 {
            settle(byte)
        } else {
            connect(from: peer(choosing: &decisions), to: byte)
        }
        doDeferredWork()
    }

    private func settle(_ byte: UInt8) {
        guard !sockets.dials.isEmpty else { return }
        let dial = sockets.dials[Int(byte >> 2) % sockets.dials.count]
        let isHere = directory.host(of: dial.peer.address) != nil
        require(isHere || FuzzAddress.rules.allows(dial.peer.address), "a connection to \(dial.peer), which is denied")
        let loop = dial.allocation.loop
        if byte & 2 == 0 {
            relays[loop].settle(dial.connection, of: dial.allocation, isConnected: byte & 4 == 0, at: now.uptime)
        } else {
            sockets.forget(dial.connection)
            relays[loop].connectionEnded(dial.connection, of: dial.allocation)
        }
    }

    private func connect(from peer: TransportAddress, to byte: UInt8) {
        guard let client = client(byte >> 1), let allocation = state(of: client)?.allocation,
            allocation.transport == .tcp
        else { return }
        let admission = relays[client.loop].accept(from: peer, for: allocation.handle, at: now.uptime)
        guard case .admitted = admission else { return }
        let source = directory.host(of: peer.address)?.external ?? peer.address
        require(client.grants.isPermitted(source, at: now.uptime), "a connection without a permission")
    }
}
