// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLoad
import Foundation
import Synchronization

/// Allocations, all kept: what one costs to make, and to have.
struct Allocate: ParsableCommand {
    @OptionGroup var server: ServerOptions

    @Option(help: "How many are made before measuring.")
    var warmup = 20

    @Option(help: "How many are measured.")
    var count = 1_000

    @Option(help: "How many are made at the same time, each by a thread.")
    var atOnce = 1

    @Option(help: "Seconds to keep them; then the program ends.")
    var hold: UInt32 = 0

    func run() throws {
        var before = load_usage()
        var after = load_usage()
        let first = try clients(warmup)
        load_usage_read(server.server, &before)
        let measured = try clients(count)
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
        withExtendedLifetime((first, measured)) {}
    }

    private func clients(_ count: Int) throws -> [RelayedClient] {
        let left = Atomic(count)
        let made = Mutex<[RelayedClient]>([])
        let failure = Mutex<(any Error)?>(nil)
        let threads = DispatchGroup()
        for _ in 0..<atOnce {
            threads.enter()
            Thread.detachNewThread { [server] in
                do {
                    while left.subtract(1, ordering: .relaxed).oldValue > 0 {
                        let client = try server.client()
                        made.withLock { $0.append(client) }
                    }
                } catch {
                    failure.withLock { $0 = error }
                }
                threads.leave()
            }
        }
        threads.wait()
        if let error = failure.withLock({ $0 }) { throw error }
        return made.withLock { $0 }
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
