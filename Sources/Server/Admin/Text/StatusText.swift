// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The state of a server for people.
struct StatusText {
    let status: AdminStatus
    /// Nil where there is only one moment: totals are told then.
    var rates: StatusRates?
    var terminal = TerminalText(isColored: false)

    var lines: [String] {
        var rows = [("allocations", allocations), ("media", media), ("packets", packets), ("waiting", delays)]
        rows += [("dropped", drops), ("calls", calls), ("connections", connections), ("failures", failures)]
        rows += process.map { ("process", $0) } + certificates.map { ("certificate", $0) }
        return [title, ""] + rows.map { terminal.faint($0.0.padded(to: 13)) + $0.1 }
    }

    /// The same on one line, for a log of moments.
    var line: String {
        let parts = [
            Date(timeIntervalSince1970: status.now.rounded(.down)).formatted(.iso8601),
            status.state.rawValue,
            AmountText.count(status.allocations.total, "allocation"),
            media, "waiting \(delays)", "dropped \(drops)", AmountText.count(status.members, "member"),
        ]
        return (parts + process).joined(separator: "  ")
    }

    private var title: String {
        let state = status.state == .serving ? terminal.good("serving") : terminal.bad("draining")
        let age = status.startedAt.map { "  up \(AmountText.duration(status.now - $0))" } ?? ""
        return "\(terminal.title("swiftturn \(TerminalText.printable(status.version))"))  \(state)\(age)"
            + "  log level \(TerminalText.printable(status.logLevel))"
    }

    private var allocations: String {
        let allocations = status.allocations
        let detached = status.detachedAllocations > 0 ? ", \(status.detachedAllocations) between two connections" : ""
        return
            "\(allocations.total) (tls \(allocations.tls), tcp \(allocations.tcp), udp \(allocations.udp)\(detached))"
    }

    private var media: String {
        guard let rates else {
            return "\(AmountText.bytes(status.bytes.fromClients)) in, \(AmountText.bytes(status.bytes.toClients)) out"
        }
        return "\(AmountText.rate(bytesPerSecond: rates.bytesFromClients)) in,"
            + " \(AmountText.rate(bytesPerSecond: rates.bytesToClients)) out"
    }

    private var packets: String {
        guard let rates else { return "\(status.packets.fromClients) in, \(status.packets.toClients) out" }
        return "\(AmountText.rate(perSecond: rates.packetsFromClients)) in,"
            + " \(AmountText.rate(perSecond: rates.packetsToClients)) out"
    }

    /// What waits for slow clients, and how late the loops are.
    private var delays: String {
        let (queue, loops) = (rates?.queueDelay ?? status.queueDelay, rates?.eventLoopDelay ?? status.eventLoopDelay)
        return "queues \(AmountText.delay(below: queue.quantile(0.99))),"
            + " event loops \(AmountText.delay(below: loops.quantile(0.99))) (99 of 100)"
    }

    private var drops: String {
        if let rates { return emphasized("\(AmountText.rate(perSecond: rates.drops))", isBad: rates.drops > 0) }
        let reasons = status.drops.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !reasons.isEmpty else { return "nothing" }
        return reasons.prefix(4).map { "\($0.value) \(TerminalText.printable($0.key))" }.joined(separator: ", ")
    }

    private var calls: String {
        "\(AmountText.count(status.rooms, "room")), \(AmountText.count(status.members, "member")),"
            + " \(status.waiting) at the door"
    }

    private var connections: String {
        "\(status.websockets) signaling, \(status.httpConnections) web in all, \(status.undecidedConnections) undecided"
    }

    private var failures: String {
        "\(status.tlsHandshakeFailures) of \(status.tlsHandshakes + status.tlsHandshakeFailures) TLS handshakes,"
            + " \(AmountText.count(status.authenticationFailures, "authentication"))"
    }

    /// Nothing where the system does not tell.
    private var process: [String] {
        guard let cpu = status.cpuSeconds, let memory = status.residentBytes, let files = status.openFiles else {
            return []
        }
        let share = rates.map { "CPU \(Int(($0.cpuPart * 100).rounded())) %" } ?? "CPU \(AmountText.duration(cpu))"
        return ["\(share), \(AmountText.bytes(memory)), \(AmountText.count(files, "file"))"]
    }

    private var certificates: [String] {
        status.certificates.map { certificate in
            let rest = Double(certificate.expiresAt) - status.now
            let text = rest > 0 ? "expires in \(AmountText.duration(rest))" : "has expired"
            return "\(TerminalText.printable(certificate.name)) \(emphasized(text, isBad: rest < 7 * 86400))"
        }
    }

    private func emphasized(_ text: String, isBad: Bool) -> String {
        isBad ? terminal.bad(text) : text
    }
}
