// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLoad
import Glibc

/// Where a server of signaling and files is, and what it consists of.
struct WebServerOptions: ParsableArguments {
    @Option(help: "The server's IP address.")
    var address = "127.0.0.1"

    @Option(help: "The port for TLS.")
    var port: UInt16

    @Option(help: "Process ID of the server, whose CPU time and memory are sampled. Repeatable.")
    var process: [Int32] = []

    /// All of its processes together, since they started.
    func usage() throws -> load_usage {
        var usage = load_usage()
        guard load_usage_read_all(process, process.count, &usage) else { throw LoadError("the server is gone") }
        return usage
    }
}

/// Members of rooms that do nothing: what one costs to let in, and to have. In the end each must get a message.
struct Members: ParsableCommand {
    @OptionGroup var server: WebServerOptions

    @Option(help: "How many join before measuring.")
    var warmup: UInt32 = 100

    @Option(help: "How many are measured.")
    var count: UInt32 = 1_000

    @Option(help: "How many share a room.")
    var roomSize: UInt32 = 2

    @Option(help: "How many connect at the same time.")
    var atOnce: UInt32 = 16

    @Option(help: "Seconds that they are idle for.")
    var hold = 0.0

    func run() throws {
        let hub = load_hub_new(server.address, server.port)
        defer { load_hub_free(hub) }
        try check(load_hub_join(hub, warmup, roomSize, atOnce) && load_hub_run(hub, 0, 0.5))
        let before = try server.usage()
        try check(load_hub_join(hub, count, roomSize, atOnce))
        let joined = try server.usage()
        try check(load_hub_run(hub, 0, hold))
        let held = try server.usage()
        try check(load_hub_run(hub, 1, 0) && load_hub_drain(hub, 2))
        Report(
            fields: [
                ("members", "\(warmup + count)"), ("rooms", "\((warmup + count + roomSize - 1) / roomSize)"),
                ("cpu_us_per_join", number(Double(joined.cpu - before.cpu) / 1e3 / Double(count))),
                (
                    "bytes_per_connection",
                    number((Double(held.resident_bytes) - Double(before.resident_bytes)) / Double(count))
                ),
                ("resident_bytes", "\(held.resident_bytes)"),
                ("idle_cpu_share", number(ticks(from: joined, to: held) / max(hold, 0.001))),
            ] + counts(of: hub)
        ).print()
    }
}

/// Messages of members to others in their rooms.
struct Relay: ParsableCommand {
    @OptionGroup var server: WebServerOptions

    @Option(help: "Rooms.")
    var rooms: UInt32 = 100

    @Option(help: "Members of each.")
    var roomSize: UInt32 = 2

    @Option(help: "Messages that each member has under way.")
    var window: UInt32 = 8

    @Option(help: "Seconds that are measured.")
    var seconds = 5.0

    @Option(help: "Seconds before that.")
    var warmup = 1.0

    func run() throws {
        let hub = load_hub_new(server.address, server.port)
        defer { load_hub_free(hub) }
        try check(load_hub_join(hub, rooms * roomSize, roomSize, 16) && load_hub_run(hub, window, warmup))
        let (before, received, own) = (try server.usage(), load_hub_count(hub).received, ownCPU())
        try check(load_hub_run(hub, window, seconds))
        let (after, messages) = (try server.usage(), Double(load_hub_count(hub).received - received))
        let generator = Double(ownCPU() - own)
        try check(load_hub_drain(hub, 2))
        Report(
            fields: [
                ("messages_per_second", number(messages / seconds)),
                ("cpu_us_per_message", number(Double(after.cpu - before.cpu) / 1e3 / messages)),
                ("generator_cpu_us_per_message", number(generator / 1e3 / messages)),
                ("server_cpu_share", number(Double(after.cpu - before.cpu) / 1e9 / seconds)),
                ("switches_per_message", number(Double(after.context_switches - before.context_switches) / messages)),
            ] + counts(of: hub)
        ).print()
    }
}

/// Seconds of CPU, in clock ticks: those of threads that have ended in the meantime are in it.
private func ticks(from start: load_usage, to end: load_usage) -> Double {
    let ticks = end.user_ticks + end.system_ticks - start.user_ticks - start.system_ticks
    return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
}

private func check(_ hasSucceeded: Bool) throws {
    guard hasSucceeded else { throw LoadError("the run ended early") }
}

/// What became of all messages.
private func counts(of hub: OpaquePointer?) -> [(name: String, value: String)] {
    let counts = load_hub_count(hub)
    return [
        ("sent", "\(counts.sent)"), ("received", "\(counts.received)"),
        ("lost", "\(counts.sent - min(counts.sent, counts.received + counts.garbled))"),
        ("garbled", "\(counts.garbled)"), ("reordered", "\(counts.reordered)"), ("pings", "\(counts.pings)"),
    ]
}
