// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// RFC 8656, section 11.5: receiving an ICMP packet.
extension Relay {
    /// The client to tell what a datagram met: the one that sent it, as long as it has a permission for the peer.
    ///
    /// - Parameter passage: from the peer that the datagram was for.
    func recipient(of icmp: ICMPAttribute, along passage: Passage, at now: NIODeadline) -> ClientID? {
        guard Self.isReported(icmp, family: passage.source.address.family) else { return nil }
        switch deliver(passage, at: now) {
        case .channelData(let client, _), .dataIndication(let client): return client
        case .drop: return nil
        }
    }

    /// ICMPv4: destination unreachable and time exceeded. ICMPv6: those, and packet too big. The others say nothing
    /// about the datagram.
    private static func isReported(_ icmp: ICMPAttribute, family: IPAddress.Family) -> Bool {
        switch family {
        case .ipv4: icmp.type == 3 || icmp.type == 11
        case .ipv6: 1...3 ~= icmp.type
        }
    }
}
