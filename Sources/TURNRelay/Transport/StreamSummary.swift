// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import STUNCodec

/// What is said about a TCP or TLS connection when it has ended.
struct StreamSummary {
    let address: TransportAddress
    let reason: CloseReason
    /// Payloads that its client was too slow for.
    let drops: Int
    /// The longest that a payload waited in its send queue.
    let longestDelay: TimeAmount

    var metadata: Logger.Metadata {
        [
            "client": "\(address)", "reason": "\(reason.rawValue)", "dropped": "\(drops)",
            "longest-delay": "\(longestDelay.nanoseconds / 1_000_000) ms",
        ]
    }
}
