// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What went over the connection of a client so far, and how it is now.
package struct SessionActivity: Equatable, Sendable {
    /// Of STUN messages and ChannelData, inside TLS.
    package var bytesFromClient = 0
    package var bytesToClient = 0
    package var packetsFromClient = 0
    package var packetsToClient = 0
    /// Both ways, of late.
    package var bytesPerSecond = 0
    /// How long the oldest payload has waited that the client has not taken.
    package var queueDelay = TimeAmount.zero
    /// Payloads that the client was too slow for.
    package var dropped = 0

    package init() {}

    package var bytes: Int { bytesFromClient + bytesToClient }
}

extension SessionActivity {
    init(_ traffic: SessionTraffic, bytesPerSecond: Int, queueDelay: TimeAmount = .zero) {
        bytesFromClient = traffic.received
        bytesToClient = traffic.sent
        packetsFromClient = traffic.packetsReceived
        packetsToClient = traffic.packetsSent - traffic.drops
        self.bytesPerSecond = bytesPerSecond
        self.queueDelay = queueDelay
        dropped = traffic.drops
    }
}
