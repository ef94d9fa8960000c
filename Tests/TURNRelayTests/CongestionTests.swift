// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNClient
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// When a client's queue is a reason to tell whoever fills it.
struct CongestionMonitorTests {
    private static let limit = TimeAmount.milliseconds(150)
    private var monitor = CongestionMonitor()
    private var now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// The next sample, 250 ms after the last one.
    private mutating func take(_ milliseconds: Int64 = 0, dropped: Int = 0) -> QueueSample? {
        now = now + .milliseconds(250)
        return monitor.take(
            QueueSample(delay: .milliseconds(milliseconds), dropped: dropped),
            limit: Self.limit,
            at: now
        )
    }

    @Test mutating func `a queue that is never long is nobody's business`() {
        for milliseconds: Int64 in [0, 10, 149, 149, 149, 0] { #expect(take(milliseconds) == nil) }
    }

    @Test mutating func `a burst that passes is none`() {
        #expect(take(300) == nil)
        #expect(take(20) == nil)
        #expect(take(300) == nil)
    }

    @Test mutating func `a queue that stays long is`() {
        #expect(take(200) == nil)
        #expect(take(400) == QueueSample(delay: .milliseconds(400)))
    }

    @Test mutating func `a drop is, at once`() {
        #expect(take(20, dropped: 3) == QueueSample(delay: .milliseconds(20), dropped: 3))
    }

    @Test mutating func `reports are one second apart and have all that happened between`() {
        #expect(take(500, dropped: 1) != nil)
        for milliseconds: Int64 in [700, 10, 200] { #expect(take(milliseconds, dropped: 2) == nil) }
        #expect(take(300, dropped: 4) == QueueSample(delay: .milliseconds(700), dropped: 10))
        #expect(take(300) == nil)
    }

    /// 60 ms are no more than usual, and too much for an end.
    @Test mutating func `it is over when the queue is short for a while`() {
        #expect(take(500, dropped: 1) != nil)
        for _ in 1...3 { #expect(take(10) == nil) }
        #expect(take(60) == QueueSample(delay: .milliseconds(60)), "it has begun to be short, and is not")
        for _ in 1...CongestionMonitor.recovery { #expect(take(10) == nil) }
        #expect(take(60) == nil && take(200) == nil, "one long sample is again no more than one")
        #expect(take(200) != nil)
    }

    @Test mutating func `what was long before is no part of the next time`() {
        #expect(take(5000, dropped: 9) != nil)
        for _ in 1...8 { #expect(take(0) == nil) }
        #expect(take(0, dropped: 1) == QueueSample(dropped: 1))
    }
}

/// Whom a relay names in its reports.
struct CongestionTests {
    private static let full = QueueSample(delay: .milliseconds(600), dropped: 5)

    @Test func `a member of a room is named by what its credential says`() throws {
        let bench = try Bench()
        let client = try bench.allocate(bench.ephemeral(user: "3f0a", room: "Zoë’s"))
        let report = try #require(bench.relay.noteQueue(Self.full, of: client.id, at: bench.now.uptime))
        #expect(report == CongestionReport(realm: Bench.realm, user: "3f0a", room: "Zoë’s", queue: Self.full))
        #expect(bench.relay.noteQueue(Self.full, of: client.id, at: bench.now.uptime) == nil, "not twice at once")
    }

    @Test func `who is in no room, or has no allocation, is not`() throws {
        let bench = try Bench()
        let clients = [try bench.allocate(), try bench.allocate(bench.ephemeral(user: "carol")), bench.connect()]
        for client in clients { #expect(bench.relay.noteQueue(Self.full, of: client.id, at: bench.now.uptime) == nil) }
        let gone = try bench.allocate(bench.ephemeral(room: "r"))
        bench.relay.disconnect(gone.id, at: bench.now.uptime)
        #expect(bench.relay.noteQueue(Self.full, of: gone.id, at: bench.now.uptime) == nil)
    }

    /// Through real sockets, to whoever the server tells.
    @Test(.timeLimit(.minutes(1))) func `a client that stops reading is reported, and one that reads is not`()
        async throws
    {
        let (reports, continuation) = AsyncStream.makeStream(of: CongestionReport.self)
        try await withRelay(onCongestion: { continuation.yield($0) }) { relay, address in
            let (one, other) = try await join(
                connect(to: address, credential: Self.member("one")),
                connect(to: address, credential: Self.member("other"))
            )
            try await other.channel.setOption(.autoRead, value: false).get()
            let video = ByteBuffer(bytes: [0x80, 96] + Array(repeating: 0, count: 1198))
            let sending = Task {
                while !Task.isCancelled {
                    for _ in 0..<200 { one.send(video, on: RelayServerTests.channel) }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            var iterator = reports.makeAsyncIterator()
            let report = try #require(await iterator.next())
            sending.cancel()
            #expect((report.realm, report.user, report.room) == (Bench.realm, "other", "r"))
            #expect(report.queue.dropped > 0 || report.queue.delay >= .milliseconds(150))
            #expect(await relay.counters().congestionReports >= 1)
            await one.close()
            await other.close()
        }
    }

    private static func member(_ id: String) throws -> TURNCredential {
        let credential = try CredentialIssuer(secret: Bench.secret, lifetime: 600)
            .issue(user: id, room: "r", now: WallClock.seconds())
        return TURNCredential(username: credential.username, password: credential.password)
    }
}
