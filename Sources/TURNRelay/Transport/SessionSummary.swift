// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import STUNCodec

/// What is said about a client when it has gone.
struct SessionSummary {
    let address: TransportAddress
    let transport: ClientTransport
    let reason: CloseReason
    /// Whether there was anything but attempts: what strangers do is no session.
    let isAuthenticated: Bool
    let duration: TimeAmount
    var traffic = SessionTraffic()

    /// Strangers come in any number.
    var level: Logger.Level {
        isAuthenticated || reason == .protocolViolation || reason == .unread ? .info : .debug
    }

    var message: Logger.Message { isAuthenticated ? "TURN session ended" : "TURN client closed" }

    var metadata: Logger.Metadata {
        [
            "client": "\(address)", "transport": "\(transport)", "closed-by": "\(reason.party)",
            "reason": "\(reason.rawValue)", "seconds": .stringConvertible(duration.nanoseconds / 1_000_000_000),
            "bytes-received": .stringConvertible(traffic.received), "bytes-sent": .stringConvertible(traffic.sent),
            "dropped": .stringConvertible(traffic.drops), "peak-queue": .stringConvertible(traffic.peakQueue),
            "longest-delay-ms": .stringConvertible(traffic.longestDelay.nanoseconds / 1_000_000),
        ]
    }
}

/// What went over the connection of a client, inside TLS.
struct SessionTraffic {
    var received = 0
    var sent = 0
    /// STUN messages and ChannelData; of those that are sent also such as wait, or waited in vain.
    var packetsReceived = 0
    var packetsSent = 0
    /// Payloads that the client was too slow for.
    var drops = 0
    /// The most bytes that waited for the client, and the longest that a payload did. Nothing waits for UDP clients.
    var peakQueue = 0
    var longestDelay = TimeAmount.zero

    mutating func countReceived(_ length: Int) {
        received += length
        packetsReceived += 1
    }

    mutating func countSent(_ length: Int) {
        sent += length
        packetsSent += 1
    }
}

extension CloseReason {
    fileprivate var party: String {
        switch self {
        case .closedByClient: "client"
        case .transportError: "network"
        case .unauthenticated, .unallocated, .protocolViolation, .unread, .kicked: "server"
        }
    }
}
