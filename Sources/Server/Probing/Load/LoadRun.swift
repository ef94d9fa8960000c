// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNClient

/// Puts a load on a server, for the planned time or until it is interrupted.
struct LoadRun: Sendable {
    let plan: LoadPlan
    let setup: LoadSetup
    let isDatagram: Bool
    /// The process of the server, by the address of a connection to it.
    let findServer: @Sendable (any Channel) -> ServerProcess?

    private static let renewal = Duration.seconds(240)
    /// Time for what is under way to come back.
    private static let drain = (step: Duration.milliseconds(50), quietSteps: 10, maximumSteps: 60)

    func run() async throws -> LoadMeasurement {
        let pairs = try await setup.connect()
        let drivers = try await makeDrivers(pairs)
        let server = pairs.first.flatMap { findServer($0.sender.channel) }
        let before = ResourceSample(server)
        let clock = ContinuousClock()
        let start = clock.now
        for driver in drivers { try await driver.onLoop { $0.start() } }
        await wait(drivers, pairs)
        for driver in drivers { try await driver.onLoop { $0.stop() } }
        let elapsed = (clock.now - start) / .seconds(1)
        let after = ResourceSample(server)
        try await waitForStragglers(drivers)
        var measurement = LoadMeasurement(seconds: elapsed, resources: before.until(after))
        for driver in drivers { measurement.add(try await driver.onLoop { $0.totals() }) }
        measurement.connectionsLost = pairs.count { !$0.isOpen }
        await close(pairs)
        return measurement
    }

    /// A flow for each pair, and a driver for each event loop that has flows.
    private func makeDrivers(_ pairs: [LoadPair]) async throws -> [LoopBoundDriver] {
        var drivers: [ObjectIdentifier: LoopBoundDriver] = [:]
        for (number, pair) in pairs.enumerated() {
            let (channel, carriers) = (pair.sender.channel, pair.carriers)
            let loop = channel.eventLoop
            if drivers[ObjectIdentifier(loop)] == nil {
                drivers[ObjectIdentifier(loop)] = try await LoopBoundDriver(loop, plan)
            }
            try await drivers[ObjectIdentifier(loop)]?.onLoop { driver in
                driver.add(
                    LoadFlow(
                        number: UInt16(clamping: number),
                        size: plan.size,
                        client: pair.sender.onEventLoop,
                        carrier: carriers.sender,
                        isDatagram: isDatagram,
                        allocator: channel.allocator
                    )
                )
            }
            if let reflector = pair.reflector { try await reflect(reflector, carriers.reflector) }
        }
        return Array(drivers.values)
    }

    private func reflect(_ connection: TURNConnection, _ carrier: PayloadCarrier) async throws {
        try await connection.channel.eventLoop.submit {
            _ = LoadReflector(
                client: connection.onEventLoop,
                carrier: carrier,
                isDatagram: isDatagram,
                allocator: connection.channel.allocator
            )
        }.get()
    }

    // MARK: Time

    private func wait(_ drivers: [LoopBoundDriver], _ pairs: [LoadPair]) async {
        // Cancelled, and waited for, at the end of this function.
        async let _ = accompany(drivers, pairs)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Interruption.wait() }
            group.addTask { try? await Task.sleep(for: .seconds(plan.duration)) }
            await group.next()
            group.cancelAll()
        }
    }

    /// What goes on beside the load, until it is cancelled.
    private func accompany(_ drivers: [LoopBoundDriver], _ pairs: [LoadPair]) async {
        async let progress: Void = showProgress(drivers)
        await renew(pairs)
        await progress
    }

    private func showProgress(_ drivers: [LoopBoundDriver]) async {
        guard LiveLine.isShown else { return }
        defer { LiveLine.clear() }
        var last = LoadProgress()
        for second in 1... {
            guard (try? await Task.sleep(for: .seconds(1))) != nil, let now = try? await progress(drivers) else {
                return
            }
            LiveLine.show(now.line(second: second, of: plan.duration, since: last))
            last = now
        }
    }

    private func renew(_ pairs: [LoadPair]) async {
        while (try? await Task.sleep(for: Self.renewal)) != nil {
            for pair in pairs { try? await pair.renew() }
        }
    }

    private func progress(_ drivers: [LoopBoundDriver]) async throws -> LoadProgress {
        var sum = LoadProgress()
        for driver in drivers { sum = sum + (try await driver.onLoop { $0.progress() }) }
        return sum
    }

    /// Until all is back, or nothing came for a while.
    private func waitForStragglers(_ drivers: [LoopBoundDriver]) async throws {
        var last = try await progress(drivers)
        var quiet = 0
        for _ in 0..<Self.drain.maximumSteps where last.delivered < last.sent && quiet < Self.drain.quietSteps {
            try await Task.sleep(for: Self.drain.step)
            let now = try await progress(drivers)
            quiet = now == last ? quiet + 1 : 0
            last = now
        }
    }

    private func close(_ pairs: [LoadPair]) async {
        await withTaskGroup { group in
            for pair in pairs { group.addTask { await pair.close() } }
        }
    }
}

/// A driver, and the way to it.
struct LoopBoundDriver: Sendable {
    private let eventLoop: any EventLoop
    private let driver: NIOLoopBound<LoadDriver>

    init(_ eventLoop: any EventLoop, _ plan: LoadPlan) async throws {
        self.eventLoop = eventLoop
        driver = try await eventLoop.submit {
            NIOLoopBound(LoadDriver(eventLoop: eventLoop, plan: plan), eventLoop: eventLoop)
        }.get()
    }

    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (LoadDriver) -> Value) async throws -> Value {
        try await eventLoop.submit { body(driver.value) }.get()
    }
}
