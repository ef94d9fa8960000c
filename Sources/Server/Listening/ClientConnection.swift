// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// An accepted connection and what is known of who made it.
struct ClientConnection {
    let channel: any Channel
    /// The client's own: behind a proxy, the one in the PROXY header.
    let address: TransportAddress
    let acceptedAt: NIODeadline
    /// The name that the client asked for in TLS (SNI).
    var serverName: String?
    var isInsideTLS = false
    /// What was agreed on by ALPN, if this server knows it.
    var applicationProtocol: ApplicationProtocol?
}

@available(*, unavailable)
extension ClientConnection: Sendable {}
