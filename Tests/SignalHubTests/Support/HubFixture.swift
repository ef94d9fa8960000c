// SPDX-License-Identifier: Apache-2.0

import TestSupport

@testable import SignalHub

/// A hub with a clock that only tests move.
struct HubFixture {
    var hub: Hub
    var now: Duration = .seconds(1000)
    private var random = SplitMix(state: 1)
    private var connections: UInt64 = 0

    init(_ configure: (inout SignalLimits) -> Void = { _ in }) {
        var limits = SignalLimits()
        configure(&limits)
        hub = Hub(limits: limits) { peerID, room in
            ICEServerOffer(
                servers: [ICEServer(urls: ["turns:turn.test:443?transport=tcp"], username: peerID, credential: room)],
                transportPolicy: "relay",
                lifetime: 600
            )
        }
    }

    mutating func tryToConnect(from address: String = "192.0.2.1") -> (id: ConnectionID, actions: [HubAction]) {
        connections += 1
        let id = ConnectionID(rawValue: connections)
        return (id, hub.connect(id, from: address, at: now, using: &random))
    }

    mutating func connect(from address: String = "192.0.2.1") -> ConnectionID {
        tryToConnect(from: address).id
    }

    mutating func say(_ text: String, _ id: ConnectionID) -> [HubAction] {
        hub.receive(text, from: id, at: now)
    }

    mutating func join(_ room: String, _ id: ConnectionID) -> [HubAction] {
        say(#"{"type":"join","room":"\#(room)"}"#, id)
    }

    /// A new member of a room.
    mutating func member(of room: String = "default") -> ConnectionID {
        let id = connect()
        _ = join(room, id)
        return id
    }

    mutating func retire(_ id: ConnectionID) -> [HubAction] {
        hub.retire(id, at: now)
    }

    mutating func disconnect(_ id: ConnectionID) -> [HubAction] {
        hub.disconnect(id, at: now)
    }

    func peerID(_ id: ConnectionID) -> String { hub.peerID(of: id) ?? "" }
}
