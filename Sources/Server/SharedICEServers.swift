// SPDX-License-Identifier: Apache-2.0

import SignalHub
import Synchronization
import TURNCredentials

/// What members of rooms are told about our TURN, which may change while the server runs.
final class SharedICEServers: Sendable {
    private let servers: Mutex<ICEServers>

    /// - Parameter url: of our TURN; nil when nothing here serves it.
    init(_ configuration: ServerConfiguration, url: String?) {
        servers = Mutex(ICEServers(configuration, url: url))
    }

    func update(_ configuration: ServerConfiguration) {
        servers.withLock { $0 = ICEServers(configuration, url: $0.url) }
    }

    func offer(peerID: String, room: String) -> ICEServerOffer {
        servers.withLock { $0 }.offer(peerID: peerID, room: room)
    }
}

extension ICEServers {
    fileprivate init(_ configuration: ServerConfiguration, url: String?) {
        self.init(
            issuer: CredentialIssuer(
                secret: configuration.defaultRealm.authSecrets[0],
                lifetime: Int64(configuration.credentialLifetime)
            ),
            url: url,
            transportPolicy: configuration.iceTransportPolicy
        )
    }
}
