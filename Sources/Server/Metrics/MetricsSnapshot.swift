// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import OpenSSLTLS
import SignalHub
import TURNRelay

/// All numbers of the server at one moment.
struct MetricsSnapshot: Sendable {
    struct Certificate: Hashable, Sendable {
        let name: String
        /// Seconds since 1970.
        let expiresAt: Int64
    }

    var version = ""
    var relay = RelaySnapshot()
    var signaling = SignalSnapshot()
    var edge = EdgeCounters.Counts()
    var certificates: [Certificate] = []
    var renewals: [RenewalCounters.Result: Int] = [:]
    /// Nil where the system does not tell.
    var process: ProcessReading?
}

extension MetricsSnapshot.Certificate {
    /// One for each name, with the time at which the first certificate of that name expires.
    static func list(_ identities: [TLSIdentity]) -> [MetricsSnapshot.Certificate] {
        var expiries: [String: Int64] = [:]
        for summary in identities.map(\.summary) {
            let name = summary.dnsNames.first ?? summary.ipAddresses.first ?? summary.subject
            expiries[name] = min(expiries[name] ?? .max, summary.notAfter)
        }
        return expiries.map { MetricsSnapshot.Certificate(name: $0.key, expiresAt: $0.value) }
            .sorted { $0.name < $1.name }
    }
}

/// Where the numbers come from.
struct MetricsSource: Sendable {
    let relay: RelayServer
    let signaling: SignalServer
    let edge: EdgeCounters
    let identities: TLSIdentityStore
    let renewals: RenewalCounters

    /// Asks every loop, and waits for each to have a moment for that.
    func snapshot() async -> MetricsSnapshot {
        MetricsSnapshot(
            version: Version.current,
            relay: await relay.snapshot(),
            signaling: await signaling.snapshot(),
            edge: edge.counts,
            certificates: MetricsSnapshot.Certificate.list(identities.identities),
            renewals: renewals.counts,
            process: ProcessReading.current()
        )
    }

    func text() async -> String {
        PrometheusText(await snapshot()).text
    }
}
