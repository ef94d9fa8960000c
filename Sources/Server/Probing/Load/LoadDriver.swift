// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Lets the flows of one event loop send when it is time: one timer for all.
final class LoadDriver {
    private let eventLoop: any EventLoop
    private let plan: LoadPlan
    private var flows: [LoadFlow] = []
    private var isRunning = false

    init(eventLoop: any EventLoop, plan: LoadPlan) {
        self.eventLoop = eventLoop
        self.plan = plan
    }

    /// As fine as the packets of all clients need it, within what a timer can do. A window is filled by what comes back,
    /// and looked at in case nothing does.
    private var interval: TimeAmount {
        guard case .rate(let rate) = plan.pace else { return .milliseconds(50) }
        let gap = 1e9 / (rate * Double(plan.clients))
        return .nanoseconds(Int64(min(max(gap, 1e6), 2e7)))
    }

    func add(_ flow: LoadFlow) {
        flows.append(flow)
    }

    func start() {
        isRunning = true
        let now = NIODeadline.now().uptimeNanoseconds
        for flow in flows {
            flow.start(LoadPacer(plan.pace, start: now + offset(of: flow)))
        }
        tick()
    }

    /// Spreads the clients over the time between two packets of one.
    private func offset(of flow: LoadFlow) -> UInt64 {
        guard case .rate(let rate) = plan.pace else { return 0 }
        return UInt64(1e9 / rate * Double(flow.number) / Double(plan.clients))
    }

    func stop() {
        isRunning = false
        for flow in flows { flow.stop() }
    }

    private func tick() {
        guard isRunning else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        for flow in flows { flow.send(at: now) }
        eventLoop.assumeIsolated().scheduleTask(in: interval) { self.tick() }
    }

    /// Sums, and the jitters of the flows that have one.
    func totals() -> (totals: LoadTotals, jitters: [Double]) {
        var totals = LoadTotals()
        for flow in flows { totals.add(flow.statistics.totals) }
        return (totals, flows.map(\.statistics).filter { $0.totals.delivered > 1 }.map(\.jitter))
    }

    /// Packets sent and come back, without the work of all sums.
    func progress() -> LoadProgress {
        flows.reduce(into: LoadProgress()) { progress, flow in
            progress.sent += flow.statistics.totals.sent
            progress.delivered += flow.statistics.totals.delivered
        }
    }
}

@available(*, unavailable)
extension LoadDriver: Sendable {}
