// SPDX-License-Identifier: Apache-2.0

/// A load's report for people.
struct LoadText {
    let report: LoadReport
    let style: TerminalText

    var text: String {
        (counts + times + costs).map { "\($0.0.padded(to: 14))\($0.1)" }.joined(separator: "\n")
    }

    private var counts: [(String, String)] {
        var rows = [
            ("sent", count(report.sent) + "   in \(report.seconds) s by \(report.clients) clients"),
            ("delivered", count(report.delivered) + share(report.delivered)),
            ("lost", flagged(report.lost) + share(report.lost)),
            ("corrupted", flagged(report.corrupted)),
            ("duplicates", flagged(report.duplicates)),
            ("reordered", flagged(report.reordered)),
        ]
        if report.misdelivered > 0 { rows.append(("misdelivered", flagged(report.misdelivered))) }
        if report.unsent > 0 {
            rows.append(("not sent", flagged(report.unsent) + "   the asked rate is more than goes"))
        }
        if report.connectionsLost > 0 {
            rows.append(("connections", flagged(UInt64(report.connectionsLost)) + "   lost"))
        }
        return rows
    }

    private var times: [(String, String)] {
        let times = report.roundTripMilliseconds
        return [
            ("round trip", "p50 \(times.p50)   p90 \(times.p90)   p99 \(times.p99)   max \(times.max) ms"),
            ("jitter", "\(report.jitterMilliseconds) ms"),
            ("throughput", "\(report.packetsPerSecond) packets/s, \(report.megabitsPerSecond) Mbit/s each way"),
        ]
    }

    private var costs: [(String, String)] {
        var rows: [(String, String)] = []
        if let server = report.server, let cpu = server.cpuSeconds, let perPacket = server.cpuMicrosecondsPerPacket {
            let memory = megabytes(server.residentBytes) + ", at most " + megabytes(server.peakResidentBytes)
            rows.append(("server", "CPU \(cpu) s, \(perPacket) µs a packet; memory \(memory); process \(server.pid)"))
        }
        if let cpu = report.ownCPUSeconds { rows.append(("this program", style.faint("CPU \(cpu) s"))) }
        return rows
    }

    private func megabytes(_ bytes: Int?) -> String {
        "\((Double(bytes ?? 0) / 1_048_576 * 10).rounded() / 10) MiB"
    }

    private func count(_ number: UInt64) -> String { "\(number)".aligned(to: 10) }

    /// Red when it is not zero.
    private func flagged(_ number: UInt64) -> String {
        number == 0 ? count(number) : style.bad(count(number))
    }

    private func share(_ number: UInt64) -> String {
        guard report.sent > 0 else { return "" }
        return "   \((Double(number) / Double(report.sent) * 100_000).rounded() / 1000) %"
    }
}
