// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

/// What people are told about a running server.
struct AdminTextTests {
    private static let now = 1_800_000_000.0

    private var status: AdminStatus {
        var status = AdminStatus()
        status.version = "1.2.3"
        status.startedAt = Self.now - 93_784
        status.now = Self.now
        status.logLevel = "info"
        status.allocations = .init(udp: 1, tcp: 2, tls: 39)
        status.bytes = .init(fromClients: 12_345_678_901, toClients: 999)
        status.packets = .init(fromClients: 20_000, toClients: 10_000)
        status.drops = ["queue_age": 3, "no_permission": 7, "malformed": 0]
        status.queueDelay.counts[5] = 100
        status.eventLoopDelay.counts[0] = 100
        (status.rooms, status.members, status.waiting) = (1, 4, 2)
        status.cpuSeconds = 100
        status.residentBytes = 45_000_000
        status.openFiles = 120
        status.certificates = [.init(name: "call.example.com", expiresAt: Int64(Self.now) + 40 * 86400)]
        return status
    }

    // MARK: Amounts

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_940, "99.9 kB"), (99_960, "100 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"), (12_345_678_901, "12.3 GB"), (Int.max, "9223 PB"),
    ])
    func bytes(count: Int, text: String) {
        #expect(AmountText.bytes(count) == text)
    }

    @Test(arguments: [
        (-1, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3600, "1 h"), (3661, "1 h 1 min"),
        (86_400, "1 d"), (93_784, "1 d 2 h"), (.infinity, "11574074 d 1 h"),
    ])
    func duration(seconds: Double, text: String) {
        #expect(AmountText.duration(seconds) == text)
    }

    @Test func `delays are told by a bound`() {
        var buckets = DelayBuckets()
        #expect(AmountText.delay(below: buckets.quantile(0.99)) == "none")
        buckets.counts[0] = 98
        buckets.counts[5] = 2
        #expect(buckets.quantile(0.5) == 0.001 && buckets.quantile(0.99) == 0.032)
        #expect(AmountText.delay(below: buckets.quantile(0.99)) == "<32 ms")
        buckets.counts[13] = 1000
        #expect(buckets.quantile(0.99) == 4.096)
        #expect(buckets.since(buckets).quantile(0.99) == 0)
    }

    // MARK: Status

    @Test func `a status without rates tells totals`() {
        #expect(
            StatusText(status: status).lines == [
                "swiftturn 1.2.3  serving  up 1 d 2 h  log level info",
                "",
                "allocations  42 (tls 39, tcp 2, udp 1)",
                "media        12.3 GB in, 999 B out",
                "packets      20000 in, 10000 out",
                "waiting      queues <32 ms, event loops <1 ms (99 of 100)",
                "dropped      7 no_permission, 3 queue_age",
                "calls        1 room, 4 members, 2 at the door",
                "connections  0 signaling, 0 web in all, 0 undecided",
                "failures     0 of 0 TLS handshakes, 0 authentications",
                "process      CPU 1 min 40 s, 45.0 MB, 120 files",
                "certificate  call.example.com expires in 40 d",
            ]
        )
    }

    @Test func `two moments give rates`() throws {
        var later = status
        later.now += 2
        later.bytes.fromClients += 1_000_000
        later.packets.toClients += 3000
        later.drops["queue_age"] = 5
        later.cpuSeconds = 101
        let rates = try #require(StatusRates(from: status, to: later))
        let lines = StatusText(status: later, rates: rates).lines
        #expect(lines.contains("media        4.0 Mbit/s in, 0 bit/s out"))
        #expect(lines.contains("packets      0 /s in, 1.5 k/s out"))
        #expect(lines.contains("dropped      1 /s"))
        #expect(lines.contains("waiting      queues none, event loops none (99 of 100)"))
        #expect(lines.contains("process      CPU 50 %, 45.0 MB, 120 files"))
        let line = StatusText(status: later, rates: rates).line
        #expect(line.hasPrefix("2027-01-15T08:00:02Z  serving  42 allocations  4.0 Mbit/s in, 0 bit/s out  "))
        #expect(!line.contains("\n"))
    }

    @Test func `a server that was started anew gives none`() {
        var later = status
        later.now += 2
        later.startedAt = Self.now
        #expect(StatusRates(from: status, to: later) == nil && StatusRates(from: status, to: status) == nil)
    }

    @Test func `trouble is red`() {
        var status = status
        status.state = .draining
        status.certificates = [.init(name: "old.example.com", expiresAt: Int64(Self.now) - 1)]
        let lines = StatusText(status: status, terminal: TerminalText(isColored: true)).lines
        #expect(lines[0].contains("\u{1B}[31mdraining\u{1B}[0m"))
        #expect(lines.last?.contains("\u{1B}[31mhas expired\u{1B}[0m") == true)
    }

    // MARK: Lists

    private func session(_ id: String, user: String) -> AdminSessions.Session {
        AdminSessions.Session(
            id: id,
            user: user,
            realm: "example.com",
            transport: "tls",
            client: "192.0.2.1:4000",
            relayed: ["192.0.0.8:1024"],
            startedAt: Self.now - 65,
            expiresAt: Self.now + 535,
            bytesFromClient: 1500,
            bytesToClient: 2_000_000,
            packetsFromClient: 3,
            packetsToClient: 4,
            bytesPerSecond: 125_000,
            queueDelaySeconds: 0.25,
            droppedPackets: 12,
            permissions: 1,
            channels: 2
        )
    }

    @Test func `sessions stand below each other`() {
        let sessions = AdminSessions(
            total: 3,
            sessions: [session("0-1-2-0", user: "alice"), session("10-1-2-0", user: "b\u{1B}[31mb")]
        )
        #expect(
            ListingText(now: Self.now).lines(sessions) == [
                "SESSION   USER     BY   CLIENT                AGE      IN     OUT        RATE   QUEUE  DROPPED",
                "0-1-2-0   alice    tls  192.0.2.1:4000  1 min 5 s  1.5 kB  2.0 MB  1.0 Mbit/s  250 ms       12",
                "10-1-2-0  b\u{FFFD}[31mb  tls  192.0.2.1:4000  1 min 5 s  1.5 kB  2.0 MB  1.0 Mbit/s  250 ms       12",
                "and 1 more session (--limit shows more)",
            ]
        )
        #expect(ListingText(now: 0).lines(AdminSessions(total: 0, sessions: [])) == ["There are no sessions."])
    }

    @Test func `rooms are listed with their members`() {
        let member = AdminRooms.Member(
            id: "a1",
            name: "Alice",
            address: "192.0.2.1",
            joinedAt: Self.now - 60,
            away: true
        )
        let room = AdminRooms.Room(
            name: "stand-up",
            locked: true,
            hasPIN: true,
            waiting: 1,
            createdAt: Self.now - 120,
            members: [member]
        )
        #expect(
            ListingText(now: Self.now).lines(AdminRooms(total: 1, rooms: [room])) == [
                "stand-up  1 member, open for 2 min, 1 at the door, locked, PIN",
                "  MEMBER  NAME   ADDRESS       HERE FOR",
                "  a1      Alice  192.0.2.1  1 min, away",
            ]
        )
        #expect(ListingText(now: 0).lines(AdminRooms(total: 0, rooms: [])) == ["There are no rooms."])
    }

    @Test func `a frame leaves nothing of the one before, and fits`() {
        #expect(
            StatusWatch.frame(["a", "b", "c"], rows: 2) == "\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J"
        )
    }
}
