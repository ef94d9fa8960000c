// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// What tells UDP clients apart: the 5-tuple, less what is the same for all of a listener's.
struct DatagramClientKey: Hashable {
    /// Of the listener.
    let descriptor: CInt
    let address: TransportAddress
    /// The local address that the client uses; nil when the listener has only one.
    let localAddress: IPAddress?
}

/// A UDP client with an allocation, or with one that has just ended.
final class DatagramClient {
    let id: ClientID
    let key: DatagramClientKey
    let port: DatagramPort
    let since: NIODeadline
    var traffic = SessionTraffic()
    private(set) var rate = RateMeter()

    init(id: ClientID, key: DatagramClientKey, port: DatagramPort, since: NIODeadline) {
        self.id = id
        self.key = key
        self.port = port
        self.since = since
    }

    /// To be called now and then.
    func advance(to now: NIODeadline) {
        rate.note(traffic.received + traffic.sent, at: now)
    }
}

@available(*, unavailable)
extension DatagramClient: Sendable {}
