// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import NIOCore
import STUNCodec
import TURNClient

/// `swiftturn probe load`.
struct ProbeLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Put media-like load on a TURN server, and measure what comes back.",
        discussion: """
            Each client sends numbered, timed and checksummed payloads through its allocation; the peer sends them \
            back. The exit code is 0 when what came back was right, however much was lost; 18 when it was not or \
            nothing came; 10 to 17 for the step that failed before, as of `probe URI`. Ctrl-C stops and reports.
            """
    )

    @Argument(help: "turn:HOST:PORT?transport=udp|tcp or turns:HOST:PORT?transport=tcp")
    var uri: String

    @OptionGroup var access: ProbeAccess

    @Option(help: "How many clients, 1 to 1000.")
    var clients = 1

    @Option(help: ArgumentHelp("Packets of each client.", valueName: "packets/s"))
    var rate: Double?

    @Option(
        help: ArgumentHelp("Packets of each client under way, instead of a rate: the maximum.", valueName: "packets")
    )
    var window: Int?

    @Option(help: ArgumentHelp("Of a payload.", valueName: "bytes"))
    var size = 1000

    @Option(help: ArgumentHelp("How long, at most an hour.", valueName: "seconds"))
    var duration = 10

    @Option(help: "What sends back: client, a second client of the server; echo, a UDP echo server of this program.")
    var peer = PeerKind.client

    @Option(help: ArgumentHelp("A UDP echo server that sends back instead.", valueName: "addr:port"))
    var peerAddress: String?

    @Flag(help: "Send indications instead of channels.")
    var indications = false

    @Option(help: ArgumentHelp("The server's process. Found by its port when it is on this machine.", valueName: "pid"))
    var serverPID: Int?

    @Flag(help: "Print JSON alone.")
    var json = false

    enum PeerKind: String, ExpressibleByArgument, CaseIterable {
        case client
        case echo
    }

    func run() async throws {
        try await reportingErrors {
            let plan = try plan()
            let target = try ProbeURI(uri)
            guard target.isTURN else { throw StartupError.configuration("'\(uri)' is not turn: or turns:") }
            try await reportingFailures(of: uri) { try await measure(plan, target) }
        }
    }

    private func measure(_ plan: LoadPlan, _ target: ProbeURI) async throws {
        FileLimit.raise()
        let credentials = try credentials(plan)
        let run = LoadRun(
            plan: plan,
            setup: LoadSetup(plan: plan) { [trust = access.trust] number in
                var connector = ProbeConnector(uri: target, trust: trust, credential: credentials[number])
                connector.largestDatagram = max(2048, plan.size + PayloadFramer.maximumOverhead)
                return connector
            },
            isDatagram: target.transport == .udp,
            findServer: { [serverPID] in Self.server(serverPID, target, $0) }
        )
        let measurement = try await run.run()
        let report = LoadReport(uri: uri, plan: plan, measurement)
        if json { try printJSON(report) } else { printOutput(LoadText(report: report, style: .standardOutput).text) }
        guard measurement.isSound else {
            let words = report.delivered == 0 ? "nothing came back" : "what came back was not right"
            throw ProbeStepFailure(step: .data, detail: words)
        }
    }

    private func plan() throws(StartupError) -> LoadPlan {
        guard rate == nil || window == nil else { throw .configuration("--rate and --window exclude each other") }
        var target: LoadPlan.Peer = peer == .echo ? .echo : .client
        if let peerAddress {
            guard let address = TransportAddress(peerAddress), address.port > 0 else {
                throw .configuration("--peer-address '\(peerAddress)' is not ADDR:PORT")
            }
            target = .address(address)
        }
        return try LoadPlan(
            clients: clients,
            pace: window.map { .window($0) } ?? .rate(rate ?? 50),
            size: size,
            duration: duration,
            peer: target,
            usesIndications: indications
        )
    }

    /// One for each client, good for longer than the load lasts.
    private func credentials(_ plan: LoadPlan) throws -> [TURNCredential?] {
        try (0..<plan.clients).map { number in
            try access.credential(name: "load-\(number)", lifetime: Int64(plan.duration) + 600)
        }
    }

    /// A server on this machine: the connection to it has the same address at both ends.
    private static func server(_ id: Int?, _ uri: ProbeURI, _ channel: any Channel) -> ServerProcess? {
        if let id { return ServerProcess(id: id) }
        guard let here = channel.localAddress?.ipAddress, let there = channel.remoteAddress?.ipAddress,
            here == there || there.hasPrefix("127.")
        else { return nil }
        return ServerProcess.listening(on: uri.port, isDatagram: uri.transport == .udp)
    }
}
