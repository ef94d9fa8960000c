// SPDX-License-Identifier: Apache-2.0

/// The server at one moment, as `/admin/api/status` tells it. Times of day are seconds since 1970; what is cumulative counts
/// from the start.
struct AdminStatus: Codable, Equatable, Sendable {
    enum State: String, Codable, Sendable {
        case serving
        /// Nobody new is taken in.
        case draining
    }

    struct Lag: Codable, Equatable, Sendable {
        let p50: Double
        let p99: Double
    }

    struct Allocations: Codable, Equatable, Sendable {
        var udp = 0
        var tcp = 0
        var tls = 0

        var total: Int { udp + tcp + tls }
    }

    /// Cumulative.
    struct Directions: Codable, Equatable, Sendable {
        var fromClients = 0
        var toClients = 0
    }

    struct Certificate: Codable, Equatable, Sendable {
        let name: String
        let expiresAt: Int64
    }

    var version = ""
    var startedAt: Double?
    var now: Double = 0
    var state = State.serving
    var logLevel = ""
    /// Cumulative, like all that has no other note. Nil where the system does not tell, as the two that follow.
    var cpuSeconds: Double?
    /// Now.
    var residentBytes: Int?
    /// Now.
    var openFiles: Int?
    /// Since the start; of the last moments, ``eventLoopDelay`` tells.
    var eventLoopLagSeconds = Lag(p50: 0, p99: 0)
    var eventLoopDelay = DelayBuckets()
    /// Now.
    var allocations = Allocations()
    /// Whose client may come back on another connection (RFC 8016), now.
    var detachedAllocations = 0
    var bytes = Directions()
    var packets = Directions()
    /// By reason.
    var drops: [String: Int] = [:]
    /// Of payloads that could not be sent at once.
    var queueDelay = DelayBuckets()
    /// Now, as are the three that follow.
    var websockets = 0
    var rooms = 0
    var members = 0
    var waiting = 0
    /// Now.
    var httpConnections = 0
    /// Now.
    var undecidedConnections = 0
    var authenticationFailures = 0
    var tlsHandshakes = 0
    var tlsHandshakeFailures = 0
    var certificates: [Certificate] = []
}
