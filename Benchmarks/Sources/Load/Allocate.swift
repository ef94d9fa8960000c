// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLoad
import Glibc

/// Allocations one after the other, all kept: what one costs to make, and to have.
struct Allocate: ParsableCommand {
    @OptionGroup var server: ServerOptions

    @Option(help: "How many are made before measuring.")
    var warmup = 20

    @Option(help: "How many are measured.")
    var count = 1_000

    @Option(help: "Seconds to keep them; then the program ends.")
    var hold: UInt32 = 0

    func run() throws {
        var clients = try (0..<warmup).map { _ in try server.client() }
        var before = load_usage()
        var after = load_usage()
        load_usage_read(server.server, &before)
        clients += try (0..<count).map { _ in try server.client() }
        load_usage_read(server.server, &after)
        Report(fields: [
            ("allocations", "\(count)"),
            ("cpu_us_per_allocation", number(Double(after.cpu - before.cpu) / 1e3 / Double(count))),
            (
                "bytes_per_allocation",
                number((Double(after.resident_bytes) - Double(before.resident_bytes)) / Double(count))
            ),
            ("resident_bytes", "\(after.resident_bytes)"),
        ]).print()
        // Who waits for the allocations reads it now.
        fflush(nil)
        if hold > 0 { sleep(hold) }
        withExtendedLifetime(clients) {}
    }
}

/// TLS handshakes at a rate.
struct Handshakes: ParsableCommand {
    @OptionGroup var server: ServerOptions

    @Option(help: "Handshakes per second.")
    var rate = 200.0

    @Option(help: "Seconds.")
    var seconds = 5.0

    func run() throws {
        let made = load_handshakes(server.address, server.port, rate, seconds)
        Report(fields: [("handshakes", "\(made)"), ("wanted", number(rate * seconds))]).print()
    }
}
