// SPDX-License-Identifier: Apache-2.0

/// An entry of a browser's `RTCConfiguration.iceServers`.
package struct ICEServer: Hashable, Sendable {
    package var urls: [String]
    package var username: String?
    package var credential: String?

    package init(urls: [String], username: String? = nil, credential: String? = nil) {
        self.urls = urls
        self.username = username
        self.credential = credential
    }
}

/// What a member of a room is told to reach the others with.
package struct ICEServerOffer: Hashable, Sendable {
    package var servers: [ICEServer]
    /// `relay` or `all`, as in a browser's `RTCConfiguration.iceTransportPolicy`.
    package var transportPolicy: String
    /// Seconds until the credentials expire; the member asks for new ones before.
    package var lifetime: Int

    package init(servers: [ICEServer], transportPolicy: String, lifetime: Int) {
        self.servers = servers
        self.transportPolicy = transportPolicy
        self.lifetime = lifetime
    }
}
