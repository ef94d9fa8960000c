// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import Server
@testable import TURNRelay

struct PrometheusTextTests {
    @Test func `a metric is its help, its type and its samples`() {
        var text = PrometheusText()
        text.counter("a_total", "What a is.", [.init(1, ["kind": "x", "other": "y"]), .init(2.5, [:])])
        text.gauge("b", "B.", 3)
        #expect(
            text.text == """
                # HELP a_total What a is.
                # TYPE a_total counter
                a_total{kind="x",other="y"} 1
                a_total 2.5
                # HELP b B.
                # TYPE b gauge
                b 3

                """
        )
    }

    @Test func `what has a meaning in the format is escaped`() {
        var text = PrometheusText()
        text.gauge("a", "back\\slash\nand \"quotes\"", [.init(1, ["name": "back\\slash\nand \"quotes\" {ü}"])])
        #expect(
            text.text == #"""
                # HELP a back\\slash\nand "quotes"
                # TYPE a gauge
                a{name="back\\slash\nand \"quotes\" {ü}"} 1

                """#
        )
    }

    @Test func `numbers that are none`() {
        var text = PrometheusText()
        text.gauge("a", "", [.init(Double.infinity), .init(-Double.infinity), .init(Double.nan)])
        #expect(text.text.hasSuffix("a +Inf\na -Inf\na NaN\n"))
    }

    @Test func `buckets are cumulative and in seconds`() {
        var delays = DelayHistogram()
        for delay in [0, 1, 3, 100_000] as [Int64] { delays.add(.milliseconds(delay)) }
        var text = PrometheusText()
        text.histogram("a_seconds", "A.", [(labels: ["loop": "x"], delays: delays)])
        let lines = text.text.split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(6) == [
                "# HELP a_seconds A.", "# TYPE a_seconds histogram",
                #"a_seconds_bucket{loop="x",le="0.001"} 1"#, #"a_seconds_bucket{loop="x",le="0.002"} 2"#,
                #"a_seconds_bucket{loop="x",le="0.004"} 3"#, #"a_seconds_bucket{loop="x",le="0.008"} 3"#,
            ]
        )
        #expect(
            lines.suffix(4) == [
                #"a_seconds_bucket{loop="x",le="4.096"} 3"#, #"a_seconds_bucket{loop="x",le="+Inf"} 4"#,
                #"a_seconds_sum{loop="x"} 100.004"#, #"a_seconds_count{loop="x"} 4"#,
            ]
        )
    }

    @Test(arguments: [
        ("queueAge", "queue_age"), ("closed by client", "closed_by_client"), ("turnOverTLS", "turn_over_tls"),
        ("reserved bits are set, but no extension", "reserved_bits_are_set_but_no_extension"), ("udp", "udp"),
        ("text must be UTF-8", "text_must_be_utf_8"), ("", ""),
    ])
    func `label values are in snake case`(text: String, expected: String) {
        #expect(text.snakeCase == expected)
    }

    /// A series that comes later can't be told from one that jumped: rates would miss the first event.
    @Test func `all series are there before anything has happened, once`() {
        let empty = series(of: MetricsSnapshot())
        #expect(Set(empty).count == empty.count && empty.count < 500)
        var snapshot = MetricsSnapshot()
        for reason in DropReason.allCases { snapshot.relay.counters.drops[reason] = 1 }
        for reason in CloseReason.allCases { snapshot.relay.counters.closes[reason] = 1 }
        for refusal in AuthenticationRefusal.allCases { snapshot.relay.core.refusals[refusal] = 1 }
        for end in AllocationEnd.allCases { snapshot.relay.core.allocationsEnded[end] = 1 }
        for fate in EdgeCounters.Fate.allCases { snapshot.edge.fates[fate] = 1 }
        for request in EdgeCounters.Request.allCases { snapshot.edge.requests[request] = 1 }
        #expect(series(of: snapshot) == empty)
        #expect(PrometheusText(snapshot).text.contains(#"swiftturn_dropped_packets_total{reason="queue_age"} 1"#))
    }

    @Test func `realms and certificates have their names`() {
        var snapshot = MetricsSnapshot()
        snapshot.relay.allocationsByRealm = ["north": 3, "\"": 4]
        snapshot.certificates = [.init(name: "call.test", expiresAt: 1_800_000_000)]
        let text = PrometheusText(snapshot).text
        #expect(text.contains(#"swiftturn_realm_allocations{realm="north"} 3"#))
        #expect(text.contains(#"swiftturn_realm_allocations{realm="\""} 4"#))
        #expect(text.contains(#"swiftturn_certificate_expiry_timestamp_seconds{name="call.test"} 1800000000"#))
    }

    /// > A metric name [...] SHOULD have a suffix describing the unit; an accumulating count has total as a suffix
    /// (prometheus.io, "Metric and label naming")
    @Test func `names follow the rules`() {
        for line in PrometheusText(MetricsSnapshot()).text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            #expect(words[2].hasSuffix("_total") == (words[3] == "counter"), "\(line)")
            #expect(words[2].hasSuffix("_seconds") || words[3] != "histogram", "\(line)")
            #expect(words[2].hasPrefix("swiftturn_") || words[2].hasPrefix("process_"), "\(line)")
        }
    }

    private func series(of snapshot: MetricsSnapshot) -> [String] {
        PrometheusText(snapshot).text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { String($0[..<($0.lastIndex(of: " ") ?? $0.endIndex)]) }
    }
}
