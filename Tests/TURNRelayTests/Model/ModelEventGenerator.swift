// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Random events, of which most mean something at the time.
struct ModelEventGenerator {
    static let clients = 0..<5
    private var random: SplitMix

    init(seed: UInt64) {
        random = SplitMix(state: seed)
    }

    static func events(seed: UInt64, count: Int) -> [ModelEvent] {
        var generator = ModelEventGenerator(seed: seed)
        return clients.map { .connect($0) } + (0..<count).flatMap { _ in generator.events() }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    private mutating func events() -> [ModelEvent] {
        Int.random(in: 0..<20, using: &random) == 0 ? join() : [event()]
    }

    /// Two clients that talk to each other, if they have allocations.
    private mutating func join() -> [ModelEvent] {
        let (one, other) = (Int.random(in: Self.clients, using: &random), Int.random(in: Self.clients, using: &random))
        let number = pick([0x4000, 0x4001] as [UInt16])
        let bindings = [(one, other), (other, one)].map { from, to in
            ModelEvent.request(from, request(.channelBind(number, .relayed(to, isLocal: false)), of: from))
        }
        return bindings + [.channelData(one, number), .channelData(other, number)]
    }

    private mutating func event() -> ModelEvent {
        let client = Int.random(in: Self.clients, using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<12: return .connect(client)
        case 12..<13: return .disconnect(client)
        case 13..<30: return .request(client, request(allocate(), of: client))
        case 30..<36: return .request(client, request(refresh(), of: client))
        case 36..<46:
            let peers = (0..<pick([0, 1, 1, 1, 2, 3])).map { _ in peer() }
            return .request(client, request(.createPermission(peers), of: client))
        case 46..<56: return .request(client, request(.channelBind(channel(), peer()), of: client))
        case 56..<60: return .again(client)
        case 60..<71: return .send(client, to: peer())
        case 71..<82: return .channelData(client, channel())
        case 82..<90: return .datagram(from: .outside(pick([0, 0, 0, 1, 1, 2, 3, 4])), to: client)
        default: return .wait(wait())
        }
    }

    /// Often short, and at times so that something ends in this very second, or one before or after.
    private mutating func wait() -> Int {
        Int.random(in: 0..<5, using: &random) == 0
            ? pick([10, 29, 30, 50, 60, 149, 150, 151, 299, 300, 301, 600]) : pick([0, 1, 1, 1, 2, 5, 9])
    }

    /// Clients are mostly who they were before.
    private mutating func request(_ method: ModelRequest.Method, of client: Int) -> ModelRequest {
        let user: ModelRequest.User = client % 2 == 0 ? .alice : .bob
        let isOther = Int.random(in: 0..<12, using: &random) == 0
        return ModelRequest(user: isOther ? pick([.alice, .bob, .impostor]) : user, method: method)
    }

    private mutating func refresh() -> ModelRequest.Method {
        .refresh(lifetime: pick([nil, 0, 1, 601, 900, 3600, 3600, 3601, .max]))
    }

    private mutating func allocate() -> ModelRequest.Method {
        .allocate(
            transport: pick([17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 6, nil]),
            lifetime: pick([nil, 0, 599, 601, 3600, 3600, 3601, .max]),
            pick([
                .any, .any, .any, .even, .evenWithNextReserved, .reserved(Int.random(in: Self.clients, using: &random)),
            ])
        )
    }

    private mutating func channel() -> UInt16 {
        pick([0x3FFF, 0x4000, 0x4000, 0x4000, 0x4001, 0x4001, 0x4001, 0x4FFF, 0x4FFF, 0x7FFF, 0x8000])
    }

    private mutating func peer() -> ModelPeer {
        let client = Int.random(in: Self.clients, using: &random)
        return pick([
            .outside(0), .outside(0), .outside(0), .outside(1), .outside(2), .outside(3), .outside(pick([4, 5])),
            .relayed(client, isLocal: false), .relayed(client, isLocal: false), .relayed(client, isLocal: false),
            .relayed(client, isLocal: false), .relayed(client, isLocal: false), .relayed(client, isLocal: true),
        ])
    }
}
