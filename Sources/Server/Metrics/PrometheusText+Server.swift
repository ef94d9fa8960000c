// SPDX-License-Identifier: Apache-2.0

import OpenSSLTLS
import SignalHub

extension PrometheusText {
    mutating func write(_ signaling: SignalSnapshot) {
        let counters = signaling.counters
        gauge("swiftturn_websockets", "Open signaling connections.", signaling.connections)
        gauge("swiftturn_rooms", "Rooms with somebody in them.", signaling.rooms)
        gauge("swiftturn_members", "Members in rooms.", signaling.members)
        gauge("swiftturn_waiting", "People who wait at the doors of rooms.", signaling.waiting)
        counter("swiftturn_websockets_total", "Signaling connections that were admitted.", counters.connections)
        counter(
            "swiftturn_websockets_closed_total",
            "Signaling connections that ended.",
            counters.closes.sorted { $0.key < $1.key }.map { Sample($0.value, ["reason": $0.key.snakeCase]) }
        )
        counter("swiftturn_joins_total", "Times that somebody came into a room.", counters.joins)
        counter(
            "swiftturn_signaling_messages_total",
            "Messages of members that were understood, by their type.",
            counters.messages.sorted { $0.key < $1.key }.map { Sample($0.value, ["type": $0.key]) }
        )
        counter(
            "swiftturn_signaling_errors_total",
            "Error messages that members were sent, by their code.",
            counters.errors.sorted { $0.key < $1.key }.map { Sample($0.value, ["code": $0.key]) }
        )
    }

    mutating func write(_ edge: EdgeCounters.Counts) {
        gauge(
            "swiftturn_connections_undecided",
            "TCP connections that have not shown what they are, and TURN clients that have not authenticated.",
            edge.undecided
        )
        gauge("swiftturn_http_connections", "HTTP and WebSocket connections.", edge.http)
        counter(
            "swiftturn_connections_total",
            "TCP connections by what they turned out to be.",
            EdgeCounters.Fate.allCases.map { Sample(edge.fates[$0] ?? 0, ["kind": $0.rawValue.snakeCase]) }
        )
        counter(
            "swiftturn_connections_refused_total",
            "TCP connections that were closed because there were too many.",
            EdgeCounters.Limit.allCases.map { Sample(edge.refused[$0] ?? 0, ["limit": $0.rawValue.snakeCase]) }
        )
        counter(
            "swiftturn_tls_handshakes_total",
            "TLS handshakes that succeeded.",
            EdgeCounters.Handshake.allCases.map {
                Sample(edge.handshakes[$0] ?? 0, ["version": $0.versionText, "resumed": "\($0.isResumed)"])
            }
        )
        counter(
            "swiftturn_tls_handshake_failures_total",
            "TLS handshakes that failed.",
            EdgeCounters.HandshakeFailure.allCases.map {
                Sample(edge.handshakeFailures[$0] ?? 0, ["reason": $0.rawValue.snakeCase])
            }
        )
        counter(
            "swiftturn_http_requests_total",
            "HTTP requests by the class of their status. Upgrades to WebSocket are not among them.",
            EdgeCounters.Request.allCases.map {
                Sample(edge.requests[$0] ?? 0, ["method": $0.method.rawValue, "status": "\($0.statusClass)xx"])
            }
        )
    }

    mutating func write(certificates: [MetricsSnapshot.Certificate]) {
        gauge(
            "swiftturn_certificate_expiry_timestamp_seconds",
            "When a certificate expires, in seconds since 1970.",
            certificates.map { Sample(Int($0.expiresAt), ["name": $0.name]) }
        )
    }

    mutating func write(renewals: [RenewalCounters.Result: Int]) {
        counter(
            "swiftturn_certificate_renewals_total",
            "Times that a CA was asked for a certificate.",
            RenewalCounters.Result.allCases.map { Sample(renewals[$0] ?? 0, ["result": $0.rawValue]) }
        )
    }

    mutating func write(version: String, _ process: ProcessReading?) {
        gauge("swiftturn_build_info", "1, with the version of the program.", [Sample(1, ["version": version])])
        guard let process else { return }
        // The names that every exporter has for these.
        counter(
            "process_cpu_seconds_total",
            "CPU time of all threads, in user and kernel mode.",
            [Sample(process.usage.cpuSeconds)]
        )
        gauge("process_resident_memory_bytes", "Memory that is resident.", process.usage.residentBytes)
        gauge(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970.",
            [Sample(process.startTime)]
        )
        gauge("process_open_fds", "Open file descriptors.", process.openFiles)
        if let maximum = process.maximumFiles {
            gauge("process_max_fds", "How many file descriptors may be open.", maximum)
        }
    }
}

extension EdgeCounters.Handshake {
    fileprivate var versionText: String {
        switch version {
        case .tls12: "1.2"
        case .tls13: "1.3"
        }
    }
}
