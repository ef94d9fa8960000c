// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Amounts for people: three digits or so, and a unit.
enum AmountText {
    /// As 12.3 MB.
    static func bytes(_ count: Int) -> String {
        scaled(Double(count), unit: "B")
    }

    /// As 3.2 Mbit/s.
    static func rate(bytesPerSecond: Double) -> String {
        scaled(bytesPerSecond * 8, unit: "bit/s")
    }

    /// As 1.2 k/s.
    static func rate(perSecond: Double) -> String {
        scaled(perSecond, unit: "/s")
    }

    private static func scaled(_ value: Double, unit: String) -> String {
        let prefixes = ["", "k", "M", "G", "T", "P"]
        var (value, index) = (value, 0)
        // What would be shown as 1000 is 1 of the next.
        while value >= 999.5, index < prefixes.count - 1 { (value, index) = (value / 1000, index + 1) }
        let isWhole = index == 0 || value >= 99.95
        return "\(String(format: isWhole ? "%.0f" : "%.1f", value)) \(prefixes[index])\(unit)"
    }

    /// As 2 d 4 h: its two greatest parts.
    static func duration(_ seconds: Double) -> String {
        let seconds = Int(max(0, min(seconds, 1e12)))
        let parts = [
            (seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
        ]
        let first = parts.firstIndex { $0.0 > 0 } ?? parts.count - 1
        return parts[first...].prefix(2).filter { $0.0 > 0 || $0.1 == "s" && seconds < 60 }
            .map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    /// A bound of a ``DelayBuckets``, as <32 ms.
    static func delay(below seconds: Double) -> String {
        guard seconds > 0 else { return "none" }
        return seconds < 1 ? "<\(Int((seconds * 1000).rounded())) ms" : String(format: "<%.1f s", seconds)
    }

    static func delay(_ seconds: Double) -> String {
        seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : String(format: "%.1f s", seconds)
    }

    /// As 1 room, 2 rooms.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }
}
