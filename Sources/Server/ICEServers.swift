// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignalHub
import TURNCredentials

/// Tells members of rooms how to reach our TURN: always with fresh credentials that are good for their room alone.
struct ICEServers: Sendable {
    let issuer: CredentialIssuer
    /// `turns:host:port?transport=tcp`; nil when nothing here serves TURN.
    let url: String?
    let transportPolicy: ServerConfiguration.ICETransportPolicy

    func offer(peerID: String, room: String) -> ICEServerOffer {
        let now = Int64(Date().timeIntervalSince1970)
        var servers: [ICEServer] = []
        if let url, let credential = try? issuer.issue(user: peerID, room: room, now: now) {
            servers.append(ICEServer(urls: [url], username: credential.username, credential: credential.password))
        }
        return ICEServerOffer(
            servers: servers,
            transportPolicy: transportPolicy.rawValue,
            lifetime: Int(issuer.lifetime)
        )
    }

    /// RFC 7065. Port 443 is written too: the scheme's own default is 5349.
    static func url(host: String, port: Int) -> String {
        "turns:\(host):\(port)?transport=tcp"
    }
}
