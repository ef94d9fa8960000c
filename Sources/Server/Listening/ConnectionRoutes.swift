// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What becomes of a connection of a listener, once its first bytes have shown what it speaks.
struct ConnectionRoutes: Sendable {
    /// What clients may do inside TLS; when nothing, there is no TLS.
    let rolesInsideTLS: ListenAddress.Roles
    /// What clients may do without TLS. For the web that is to be redirected.
    let plainRoles: ListenAddress.Roles
    /// Each is called on the channel's event loop and adds handlers at the end of its pipeline.
    let attachTLS: @Sendable (any Channel) throws -> Void
    /// This one takes the connection out of its channel, with what was received.
    let attachTURN:
        @Sendable (ClientConnection, _ received: ByteBuffer, _ onDecided: @escaping @Sendable () -> Void) throws -> Void
    let attachWeb: @Sendable (ClientConnection) throws -> Void
    let attachRedirect: @Sendable (ClientConnection) throws -> Void
    var counters = EdgeCounters()
}
