// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import OpenSSLCrypto
import OpenSSLTLS
import STUNCodec
import TURNClient

/// Walks all steps and stops at the first that fails.
struct ProbeRun {
    let connector: ProbeConnector
    private(set) var report: ProbeReport
    private let clock = ContinuousClock()
    private static let channel = ChannelNumber(rawValue: 0x4001)

    init(connector: ProbeConnector, report: ProbeReport) {
        self.connector = connector
        self.report = report
    }

    private var uri: ProbeURI { connector.uri }

    /// - Returns: what was left out, in a line.
    mutating func run() async throws -> String? {
        do {
            return try await walk()
        } catch is ProbeFailure {
            return nil
        }
    }

    private mutating func walk() async throws -> String? {
        let addresses = try await step(.dns) { connector in
            let addresses = try await connector.resolve()
            return (addresses, addresses.compactMap(\.ipAddress).joined(separator: ", "))
        }
        let channel = try await step(.connect) { connector in
            let channel = try await connector.connect(to: addresses)
            return (
                channel, "\(connector.uri.transport.rawValue.uppercased()) \(channel.remoteAddress?.ipAddress ?? "?")"
            )
        }
        if uri.isSecure {
            _ = try await step(.tls) { connector in
                let session = try await connector.startTLS(on: channel)
                return (session, Self.words(for: session))
            }
        }
        let first = try await connector.attachTURN(to: channel)
        _ = try await step(.binding) { _ in
            let address = try await first.binding()
            return (address, "your address is \(address)")
        }
        guard uri.isTURN else { return nil }
        try await challenge(first)
        guard connector.credential != nil else {
            await first.close()
            return "Nothing more without credentials: give --user and --password, or --auth-secret."
        }
        try await relay(first, addresses)
        return nil
    }

    private mutating func challenge(_ connection: TURNConnection) async throws {
        _ = try await step(.challenge) { _ in
            let response = try await connection.request(.allocate, [RequestedTransport.udp])
            guard let error = response.error else {
                throw ProbeFailure(text: "the server gave an allocation to nobody: it is an open TURN server")
            }
            guard error.code == 401 else { throw ProbeFailure(text: "instead of 401: \(error.code) \(error.reason)") }
            return ((), "realm \(response.value(Realm.self)?.text ?? "?")")
        }
    }

    // MARK: Two allocations

    private mutating func relay(_ first: TURNConnection, _ addresses: [SocketAddress]) async throws {
        let (one, other) = try await step(.allocate) { connector in
            let one = try await connector.allocate(on: first, addresses)
            // Behind the same server: another one of its alternates would not know the first allocation.
            let other = try await connector.allocate(on: connector.openSecond(one.servers), one.servers)
            return ((one, other), "\(one.description) and \(other.description)")
        }
        let (first, here, second, there) = (
            one.connection, one.relayedAddress, other.connection, other.relayedAddress
        )
        _ = try await step(.permission) { _ in
            try await first.createPermission(for: there)
            try await second.createPermission(for: here)
            return ((), "both ways")
        }
        _ = try await step(.channel) { _ in
            try await first.bind(Self.channel, to: there)
            try await second.bind(Self.channel, to: here)
            return ((), "both ways")
        }
        let pair = ProbePair(first: first, second: second, channel: Self.channel)
        _ = try await step(.data) { _ in ((), try await pair.compareAndMeasure()) }
        _ = try await step(.throughput) { _ in ((), try await pair.throughput()) }
        try? await first.refresh(lifetime: 0)
        try? await second.refresh(lifetime: 0)
        await first.close()
        await second.close()
    }

    // MARK: Steps

    private mutating func step<Value>(
        _ step: ProbeStep,
        _ body: (ProbeConnector) async throws -> (Value, String)
    ) async throws -> Value {
        let start = clock.now
        do {
            let (value, detail) = try await body(connector)
            add(step, true, detail, since: start)
            return value
        } catch let error as StartupError {
            throw error
        } catch {
            add(step, false, (error as? ProbeFailure)?.text ?? "\(error)", since: start)
            throw ProbeFailure(text: "")
        }
    }

    private mutating func add(
        _ step: ProbeStep,
        _ isSuccess: Bool,
        _ detail: String,
        since start: ContinuousClock.Instant
    ) {
        let milliseconds = (clock.now - start) / .milliseconds(1)
        report.add(
            ProbeResult(
                step: step,
                isSuccess: isSuccess,
                detail: detail,
                milliseconds: (milliseconds * 1000).rounded() / 1000
            )
        )
    }

    private static func words(for session: TLSSession) -> String {
        var words = ["\(session.protocolVersion == .tls13 ? "TLS 1.3" : "TLS 1.2") \(session.cipher)"]
        if let leaf = session.peerCertificates.first {
            let names = (leaf.dnsNames + leaf.ipAddresses).joined(separator: ", ")
            let expiry = Date(timeIntervalSince1970: TimeInterval(leaf.notAfter)).formatted(.iso8601)
            words.append("certificate for \(names), issued by \(leaf.issuer), good until \(expiry)")
        }
        if let problem = session.verificationProblem {
            words.append("NOT VERIFIED: \(problem)")
        }
        return words.joined(separator: "; ")
    }
}
