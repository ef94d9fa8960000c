// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLoad
import Foundation

/// Requests for one file, over connections that stay.
struct Web: ParsableCommand {
    @OptionGroup var server: WebServerOptions

    @Option(help: "What is asked for.")
    var path = "/"

    @Option(help: "The file that must come.")
    var file: String

    @Option(help: "Connections, each with one request under way.")
    var connections: UInt32 = 16

    @Option(help: "Seconds that are measured.")
    var seconds = 5.0

    @Option(help: "Seconds before that.")
    var warmup = 1.0

    func run() throws {
        let body = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        try body.withUnsafeBufferPointer { body in
            let web = load_web_new(server.address, server.port, connections, path, body.baseAddress, body.count)
            defer { load_web_free(web) }
            try measure(web)
        }
    }

    private func measure(_ web: OpaquePointer?) throws {
        try check(load_web_run(web, warmup))
        let (before, start, own) = (try server.usage(), load_web_count(web), ownCPU())
        try check(load_web_run(web, seconds))
        let (after, end) = (try server.usage(), load_web_count(web))
        let requests = Double(end.received - start.received)
        let cpu = Double(after.cpu - before.cpu)
        Report(fields: [
            ("requests_per_second", number(requests / seconds)),
            ("cpu_us_per_request", number(cpu / 1e3 / requests)),
            ("requests_per_cpu_second", number(requests / (cpu / 1e9))),
            ("generator_cpu_us_per_request", number(Double(ownCPU() - own) / 1e3 / requests)),
            ("server_cpu_share", number(cpu / 1e9 / seconds)),
            ("sent", "\(end.sent)"), ("received", "\(end.received)"), ("wrong", "\(end.wrong)"),
        ]).print()
    }

    private func check(_ hasSucceeded: Bool) throws {
        guard hasSucceeded else { throw LoadError("a connection failed") }
    }
}

/// CPU time of this process, in nanoseconds.
func ownCPU() -> UInt64 {
    var usage = load_usage()
    load_usage_read(getpid(), &usage)
    return usage.cpu
}
