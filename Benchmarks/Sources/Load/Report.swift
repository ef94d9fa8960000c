// SPDX-License-Identifier: Apache-2.0

import CLoad

/// A JSON object of numbers.
struct Report {
    let fields: [(name: String, value: String)]

    init(fields: [(name: String, value: String)]) {
        self.fields = fields
    }

    func print() {
        Swift.print("{" + fields.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ") + "}")
    }
}

extension Report {
    /// CPU in microseconds for each packet that was delivered in the measured time; latencies in microseconds.
    init(_ result: load_result) {
        let packets = Double(max(1, result.measured))
        let cpu = Double(growth(result, \.cpu))
        let switches = growth(result, \.context_switches)
        let latency = result.latency
        let times = [latency.0, latency.1, latency.2, latency.3, latency.4, latency.5].map { number(Double($0) / 1e3) }
        self.init(fields: [
            ("seconds", number(result.seconds)),
            ("sent", "\(result.sent)"), ("delivered", "\(result.delivered)"),
            ("lost", "\(result.sent - min(result.sent, result.delivered + result.corrupted))"),
            ("corrupted", "\(result.corrupted)"), ("reordered", "\(result.reordered)"),
            ("duplicated", "\(result.duplicated)"), ("misdelivered", "\(result.misdelivered)"),
            ("unsent", "\(result.unsent)"),
            ("packets_per_second", number(Double(result.measured) / result.seconds)),
            ("server_cpu_us_per_packet", number(cpu / 1e3 / packets)),
            ("server_cpu_share", number(cpu / 1e9 / result.seconds)),
            ("server_user_ticks", "\(growth(result, \.user_ticks))"),
            ("server_system_ticks", "\(growth(result, \.system_ticks))"),
            ("server_resident_bytes", "\(result.after.resident_bytes)"),
            ("server_switches_per_packet", number(Double(switches) / packets)),
            ("generator_cpu_us_per_packet", number(Double(result.generator_cpu) / 1e3 / packets)),
            ("latency_us_min", times[0]), ("latency_us_p50", times[1]), ("latency_us_p90", times[2]),
            ("latency_us_p99", times[3]), ("latency_us_p999", times[4]), ("latency_us_max", times[5]),
        ])
    }
}

/// What the server used in the measured time.
private func growth(_ result: load_result, _ part: KeyPath<load_usage, UInt64>) -> UInt64 {
    result.after[keyPath: part] - min(result.after[keyPath: part], result.before[keyPath: part])
}

func number(_ value: Double) -> String {
    let rounded = (value * 1_000).rounded() / 1_000
    return rounded.isFinite ? "\(rounded)" : "null"
}
