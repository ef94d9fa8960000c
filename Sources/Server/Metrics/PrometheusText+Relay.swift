// SPDX-License-Identifier: Apache-2.0

import TURNRelay

extension PrometheusText {
    init(_ snapshot: MetricsSnapshot) {
        write(snapshot.relay)
        write(snapshot.relay.counters)
        write(snapshot.relay.core)
        write(snapshot.signaling)
        write(snapshot.edge)
        write(certificates: snapshot.certificates)
        write(renewals: snapshot.renewals)
        write(version: snapshot.version, snapshot.process)
    }

    private mutating func write(_ relay: RelaySnapshot) {
        gauge(
            "swiftturn_turn_clients",
            "TURN clients that are connected; over UDP those with an allocation.",
            Self.samples(relay.census.clients)
        )
        let allocations = ClientTransport.allCases.map {
            Sample(relay.census.allocations[$0], ["state": "connected", "transport": $0.label])
        }
        gauge(
            "swiftturn_allocations",
            "Allocations by the transport of their client. A detached one waits for its client to come back (RFC 8016).",
            allocations + [Sample(relay.census.detachedAllocations, ["state": "detached", "transport": "none"])]
        )
        gauge(
            "swiftturn_realm_allocations",
            "Allocations by realm.",
            relay.allocationsByRealm.sorted { $0.key < $1.key }.map { Sample($0.value, ["realm": $0.key]) }
        )
        gauge(
            "swiftturn_relayed_addresses",
            "Relayed transport addresses in use, by allocations and reservations.",
            relay.relayedAddresses
        )
        gauge(
            "swiftturn_real_time_threads",
            "Threads of the relay that come before all others (real-time priority).",
            relay.realTimeThreads
        )
        histogram(
            "swiftturn_loop_delay_seconds",
            "How late a loop came to a task that is due four times a second.",
            [
                (labels: ["loop": "event_loop"], delays: relay.eventLoopDelays),
                (labels: ["loop": "stream_thread"], delays: relay.streamThreadDelays),
                (labels: ["loop": "datagram_thread"], delays: relay.datagramThreadDelays),
            ]
        )
    }

    private mutating func write(_ counters: RelayCounters) {
        counter(
            "swiftturn_turn_clients_total",
            "TURN clients that came; over UDP with their allocation.",
            Self.samples(counters.clients)
        )
        counter(
            "swiftturn_turn_clients_closed_total",
            "TURN clients that were closed or went.",
            CloseReason.allCases.map { Sample(counters.closes[$0] ?? 0, ["reason": $0.rawValue.snakeCase]) }
        )
        counter("swiftturn_stun_messages_total", "STUN messages, whatever became of them.", counters.messages)
        let traffic = Self.traffic(counters)
        counter(
            "swiftturn_relayed_packets_total",
            "Payloads from and to clients and peers, and the transport there.",
            traffic.map { Sample($0.traffic.packets, ["direction": $0.direction, "transport": $0.transport]) }
        )
        counter(
            "swiftturn_relayed_bytes_total",
            "Bytes of those payloads, without headers.",
            traffic.map { Sample($0.traffic.bytes, ["direction": $0.direction, "transport": $0.transport]) }
        )
        counter(
            "swiftturn_peer_connection_bytes_total",
            "Bytes of TCP connections with peers (RFC 6062).",
            [
                Sample(counters.streamedFromPeers, ["direction": "from_peer"]),
                Sample(counters.streamedToPeers, ["direction": "to_peer"]),
            ]
        )
        counter(
            "swiftturn_dropped_packets_total",
            "Payloads and messages that went nowhere.",
            DropReason.allCases.map { Sample(counters.drops[$0] ?? 0, ["reason": $0.rawValue.snakeCase]) }
        )
        histogram(
            "swiftturn_queue_delay_seconds",
            "How long payloads waited that could not be sent at once to a client on TCP or TLS.",
            [(labels: [:], delays: counters.queueDelays)]
        )
        counter(
            "swiftturn_congestion_reports_total",
            "Reports to signaling of clients in rooms that take their media too slowly.",
            counters.congestionReports
        )
    }

    private static func traffic(
        _ counters: RelayCounters
    ) -> [(direction: String, transport: String, traffic: Traffic)] {
        ClientTransport.allCases.map { ("from_client", $0.label, counters.fromClients[$0]) }
            + ClientTransport.allCases.map { ("to_client", $0.label, counters.toClients[$0]) }
            + [("from_peer", "udp", counters.fromPeers), ("to_peer", "udp", counters.toPeers)]
    }

    private mutating func write(_ core: ProtocolCounters) {
        let requests = RequestCounters.Method.allCases.flatMap { method in
            RequestCounters.codes.map { code in
                let result = code == 0 ? "success" : "\(code)"
                return Sample(core.requests[method, code], ["method": method.rawValue.snakeCase, "result": result])
            }
        }
        counter("swiftturn_requests_total", "STUN and TURN requests by the code of their answer.", requests)
        counter(
            "swiftturn_authentication_challenges_total",
            "Requests that were told to authenticate, or to do it again, as happens to every client.",
            Self.samples(core, isOrdinary: true)
        )
        counter(
            "swiftturn_authentication_failures_total",
            "Requests with credentials that were not right.",
            Self.samples(core, isOrdinary: false)
        )
        counter(
            "swiftturn_allocations_made_total",
            "Allocations that were made.",
            Self.samples(core.allocationsMade)
        )
        counter(
            "swiftturn_allocations_ended_total",
            "Allocations that ended.",
            AllocationEnd.allCases.map { Sample(core.allocationsEnded[$0] ?? 0, ["reason": $0.rawValue.snakeCase]) }
        )
    }

    private static func samples(_ core: ProtocolCounters, isOrdinary: Bool) -> [Sample] {
        AuthenticationRefusal.allCases.filter { $0.isOrdinary == isOrdinary }
            .map { Sample(core.refusals[$0] ?? 0, ["reason": $0.rawValue.snakeCase]) }
    }

    private static func samples(_ counts: PerTransport<Int>) -> [Sample] {
        ClientTransport.allCases.map { Sample(counts[$0], ["transport": $0.label]) }
    }
}

extension ClientTransport {
    var label: String {
        switch self {
        case .udp: "udp"
        case .tcp: "tcp"
        case .tls: "tls"
        }
    }
}
