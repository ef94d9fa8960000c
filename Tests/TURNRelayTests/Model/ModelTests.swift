// SPDX-License-Identifier: Apache-2.0

import Foundation
import STUNCodec
import Testing

/// The relay against a model of RFC 8656: whatever happens in whichever order, both answer the same, let the same data
/// through to the same place, and have the same number of everything.
///
/// `SWIFTTURN_MODEL_SEEDS=1000-2000 swift test --filter ModelTests` takes other sequences than those of every run.
struct ModelTests {
    static let seeds: ClosedRange<UInt64> = {
        let ends = ProcessInfo.processInfo.environment["SWIFTTURN_MODEL_SEEDS"]?.split(separator: "-").compactMap {
            UInt64($0)
        }
        guard let ends, ends.count == 2, ends[0] <= ends[1] else { return 1...300 }
        return ends[0]...ends[1]
    }()
    static let eventCount = 400

    @Test(arguments: seeds) func `the relay does what the model does`(seed: UInt64) throws {
        let events = ModelEventGenerator.events(seed: seed, count: Self.eventCount)
        guard let difference = try ModelRun.difference(events, seed: seed) else { return }
        let few = try ModelRun.shrunk(Array(events[...difference.index]), seed: seed)
        let text = few.map { "  \($0)" }.joined(separator: "\n").replacing(/TURNRelayTests\.(\w+\.)*/, with: "")
        let shortest = try ModelRun.difference(few, seed: seed) ?? difference
        Issue.record("seed \(seed), event \(difference.index); with the fewest events:\n\(text)\n\(shortest.text)")
    }

    /// A model that is never asked anything agrees with everybody.
    @Test func `the sequences reach every answer`() throws {
        var outcomes: Set<ModelOutcome> = []
        for seed in UInt64(1)...10 {
            let events = ModelEventGenerator.events(seed: seed, count: Self.eventCount)
            try ModelRun.difference(events, seed: seed) { outcomes.insert($0) }
        }
        for code in [400, 401, 403, 437, 438, 441, 442, 443, 486, 508] { #expect(outcomes.contains(.error(code))) }
        var kinds: Set<String> = []
        for outcome in outcomes {
            switch outcome {
            case .allocated(_, _, let token): kinds.insert(token == nil ? "allocated" : "allocated with token")
            case .toClient(_, let peer, let channel):
                let isHairpin = peer.address == RelayModel.external
                kinds.insert("\(isHairpin ? "hairpin" : "peer") to \(channel == nil ? "indication" : "channel")")
            case .toPeer: kinds.insert("to peer")
            case .closed(let clients) where !clients.isEmpty: kinds.insert("closed")
            case .closed, .error, .nothing, .success: break
            }
        }
        #expect(kinds.count == 8, "\(kinds)")
    }
}
