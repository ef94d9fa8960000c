// SPDX-License-Identifier: Apache-2.0

/// The steps of a probe, in order. Each has the exit code of a probe that fails there.
enum ProbeStep: String, CaseIterable, Encodable, Sendable {
    case dns = "DNS"
    case connect = "TCP"
    case tls = "TLS"
    case binding = "Binding"
    case challenge = "Challenge"
    case allocate = "Allocate"
    case permission = "Permission"
    case channel = "Channel"
    case data = "Data"
    case throughput = "Throughput"

    /// 10 for DNS, then counting up.
    var exitCode: Int32 { 10 + Int32(Self.allCases.firstIndex(of: self) ?? 0) }
}

/// What a step found.
struct ProbeResult: Encodable, Sendable {
    let step: ProbeStep
    let isSuccess: Bool
    let detail: String
    let milliseconds: Double
}

/// Why a step failed, in one line.
struct ProbeFailure: Error {
    let text: String
}
