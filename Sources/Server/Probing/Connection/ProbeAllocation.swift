// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNClient

/// An allocation of the probe, on the server that was asked or on the one that it named instead.
struct ProbeAllocation: Sendable {
    let connection: TURNConnection
    let relayedAddress: TransportAddress
    /// Where the connection goes: one of these.
    let servers: [SocketAddress]
    /// That the server sent the client to; nil when it did not.
    var alternate: TransportAddress?

    var description: String {
        "\(relayedAddress)\(alternate.map { " (sent on to \($0))" } ?? "")"
    }
}

extension ProbeConnector {
    /// Allocates, and follows ALTERNATE-SERVER (RFC 8489, section 10) once: servers that name each other must not keep
    /// the probe going around.
    func allocate(on connection: TURNConnection, _ servers: [SocketAddress]) async throws -> ProbeAllocation {
        do {
            let relayed = try await connection.allocate()
            return ProbeAllocation(connection: connection, relayedAddress: relayed, servers: servers)
        } catch TURNClientError.redirected(_, let server) {
            await connection.close()
            let servers = [try SocketAddress(ipAddress: "\(server.address)", port: Int(server.port))]
            let connection = try await openSecond(servers)
            return ProbeAllocation(
                connection: connection,
                relayedAddress: try await connection.allocate(),
                servers: servers,
                alternate: server
            )
        }
    }
}
