// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNRelay

/// Writes Prometheus' text format, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// A number and the labels that tell it from the others of its metric.
    struct Sample {
        fileprivate let labels: [(name: String, value: String)]
        fileprivate let number: String

        init(_ number: Int, _ labels: KeyValuePairs<String, String> = [:]) {
            self.number = "\(number)"
            self.labels = labels.map { ($0.key, $0.value) }
        }

        init(_ number: Double, _ labels: KeyValuePairs<String, String> = [:]) {
            self.number = PrometheusText.text(of: number)
            self.labels = labels.map { ($0.key, $0.value) }
        }
    }

    private(set) var text = ""

    // MARK: Metrics

    /// - Parameter name: ends with `_total`.
    mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        begin(name, .counter, help)
        for sample in samples { write(name, sample.labels, sample.number) }
    }

    mutating func counter(_ name: String, _ help: String, _ number: Int) {
        counter(name, help, [Sample(number)])
    }

    mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        begin(name, .gauge, help)
        for sample in samples { write(name, sample.labels, sample.number) }
    }

    mutating func gauge(_ name: String, _ help: String, _ number: Int) {
        gauge(name, help, [Sample(number)])
    }

    /// - Parameter name: ends with `_seconds`.
    mutating func histogram(
        _ name: String,
        _ help: String,
        _ histograms: [(labels: KeyValuePairs<String, String>, delays: DelayHistogram)]
    ) {
        begin(name, .histogram, help)
        for (labels, delays) in histograms { write(name, labels.map { ($0.key, $0.value) }, delays) }
    }

    /// Buckets are cumulative here: each counts what the ones before it do, and more.
    private mutating func write(_ name: String, _ labels: [(name: String, value: String)], _ delays: DelayHistogram) {
        var count = 0
        for index in delays.counts.indices {
            count += delays.counts[index]
            let isLast = index == delays.counts.count - 1
            let bound = isLast ? "+Inf" : Self.text(of: Double(1 << index) / 1000)
            write(name + "_bucket", labels + [("le", bound)], "\(count)")
        }
        write(name + "_sum", labels, Self.text(of: Double(delays.sum.nanoseconds) / 1e9))
        write(name + "_count", labels, "\(count)")
    }

    // MARK: Lines

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func write(_ name: String, _ labels: [(name: String, value: String)], _ number: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(number)\n"
    }

    private static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return "\(number)"
    }

    /// > backslash (\), double-quote ("), and line feed (\n) characters have to be escaped as \\, \", and \n
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension String {
    /// Words in lower case with `_` between, of a Swift name (`queueAge`) or a text (`closed by client`): how label values
    /// are written.
    var snakeCase: String {
        var result = ""
        var wasLower = false
        for character in self {
            if character.isUppercase, wasLower { result.append("_") }
            if character.isLetter || character.isNumber {
                result += character.lowercased()
            } else if !result.isEmpty, !result.hasSuffix("_") {
                result.append("_")
            }
            wasLower = character.isLowercase
        }
        return result.hasSuffix("_") ? String(result.dropLast()) : result
    }
}
