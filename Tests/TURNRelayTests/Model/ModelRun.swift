// SPDX-License-Identifier: Apache-2.0

/// One sequence of events, for the relay and for the model.
enum ModelRun {
    struct Difference {
        let index: Int
        let text: String
    }

    /// The first event after which the two are not the same.
    @discardableResult
    static func difference(
        _ events: [ModelEvent],
        seed: UInt64,
        _ observe: (ModelOutcome) -> Void = { _ in }
    ) throws -> Difference? {
        var relays = try ModelledRelays(seed: seed)
        var model = RelayModel()
        for (index, event) in events.enumerated() {
            let actual = try relays.apply(event, model)
            let expected = model.apply(event, actual: actual)
            observe(actual)
            guard actual == expected, relays.counts == model.counts else {
                return Difference(
                    index: index,
                    text: "relay: \(actual), \(relays.counts)\nmodel: \(expected), \(model.counts)"
                )
            }
        }
        return nil
    }

    /// Leaves out what is not needed for a difference: halves, quarters, and so on down to single events.
    static func shrunk(_ events: [ModelEvent], seed: UInt64) throws -> [ModelEvent] {
        var events = events
        var size = max(1, events.count / 2)
        while true {
            var start = 0
            var isShorter = false
            while start < events.count {
                let rest = Array(events[..<start] + events[min(start + size, events.count)...])
                if let difference = try difference(rest, seed: seed) {
                    events = Array(rest[...difference.index])
                    isShorter = true
                } else {
                    start += size
                }
            }
            guard isShorter || size > 1 else { return events }
            size = max(1, size / 2)
        }
    }
}
