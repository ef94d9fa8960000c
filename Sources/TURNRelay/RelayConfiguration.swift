// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

/// Whom the relay exchanges data with.
package enum RelayMode: Equatable, Sendable {
    /// With allocations of this server alone. Relayed transport addresses are virtual: this address, and a number.
    case closed(IPAddress)
    /// With peers anywhere, as far as the peer rules let it. Sockets are bound to these addresses and ports.
    case open([RelayAddress], ports: ClosedRange<UInt16>)

    package static let defaultPorts: ClosedRange<UInt16> = 49_152...UInt16.max

    var isOpen: Bool {
        if case .open = self { true } else { false }
    }
}

/// What an operator can set about the relay. Every limit has a default.
package struct RelayConfiguration: Sendable {
    /// The default is the IPv4 dummy address (RFC 7600): never on a wire, of one family for clients of both, and
    /// nothing to configure behind NAT.
    package var mode = RelayMode.closed(IPAddress(ipv4: 0xC000_0008))
    /// Sent in SOFTWARE (RFC 8489, section 14.14). Without a version: it helps attackers more than peers.
    package var software = "swiftturn"

    /// Given to a client that asks for no lifetime (RFC 8656, section 3.2: 10 minutes).
    package var defaultLifetime: TimeAmount = .minutes(10)
    /// The longest lifetime that one Allocate or Refresh can get.
    package var maximumLifetime: TimeAmount = .hours(1)
    /// The age at which Refresh no longer prolongs an allocation that was made with an ephemeral credential.
    package var maximumAllocationAge: TimeAmount = .hours(24)
    /// RFC 8656, section 9: "The lifetime of a permission MUST be 300 seconds".
    package var permissionLifetime: TimeAmount = .minutes(5)
    /// RFC 8656, section 12: channel bindings last 10 minutes.
    package var channelLifetime: TimeAmount = .minutes(10)
    /// How long the port after an even one waits for its RESERVATION-TOKEN (RFC 8656, section 7.2: at least 30 seconds).
    package var reservationLifetime: TimeAmount = .seconds(30)
    /// How long a nonce is accepted (RFC 8489, section 9.2: the server changes it; 438 tells the client).
    package var nonceLifetime: TimeAmount = .minutes(10)

    /// How many datagrams of an address (IPv6: /64) without an allocation are answered in a second, on each loop; 0 for
    /// no limit. Two of them make an allocation.
    package var strangersPerSecondPerAddress = 100
    package var permissionsPerAllocation = 64
    package var channelsPerAllocation = 256
    /// With peers, of a TCP allocation: those that are being made counted.
    package var connectionsPerAllocation = 32

    /// How long a connection may live, from its accept, without a request that authenticates. With the interval that
    /// deadlines are looked at in, no more than ten seconds.
    package var unauthenticatedTimeout: TimeAmount = .milliseconds(9_750)
    /// How long an authenticated connection may live without an allocation.
    package var unallocatedTimeout: TimeAmount = .seconds(60)
    /// How long a UDP client is known without an allocation: so that a deletion is answered when it is sent again, four
    /// times by RFC 8489, section 6.2.1, the last one 7.5 seconds after the first. Later ones get 437, which tells the
    /// client that the allocation is gone (RFC 8656, section 8.3). What a client leaves behind costs no quota, so it is
    /// not kept for the whole 39.5 seconds.
    package var unallocatedDatagramTimeout: TimeAmount = .seconds(8)
    /// The longest message that there can be.
    static let messageLimit = Int(UInt16.max) + 20
    /// The longest message that a connection may send before it has authenticated.
    package var unauthenticatedMessageLimit = 2_048

    package var sendQueue = SendQueueLimits()
    /// Where clients are sent with 300 (Try Alternate), in turn: while the relay drains, and from the threshold on.
    package var alternateServers: [TransportAddress] = []
    /// How many relayed addresses are in use from which on new allocations are for the others; nil: any number.
    package var alternateServerThreshold: Int?

    /// Whether clients get tickets to take their allocation to another 5-tuple with (RFC 8016). One on TCP that asked for
    /// a ticket and has lost its connection keeps its allocation until the lifetime ends.
    package var allowsMobility = false

    /// Whether an open relay has TCP allocations (RFC 6062).
    package var allowsTCPAllocations = false
    /// How long a connection to a peer may take.
    /// > The timeout value MUST be at least 30 seconds.
    /// RFC 6062, section 5.2.
    package var connectTimeout: TimeAmount = .seconds(30)
    /// How long a connection with a peer waits for its ConnectionBind (RFC 6062, sections 5.2 and 5.3: 30 seconds).
    package var connectionBindTimeout: TimeAmount = .seconds(30)
    /// How long nothing may happen between a client and a peer once one of them has sent its last byte: who has closed and
    /// who goes on receiving look alike.
    package var halfClosedTimeout: TimeAmount = .seconds(60)

    package init() {}

    /// What may change while the relay runs.
    mutating func takeLimits(of other: RelayConfiguration) {
        maximumLifetime = other.maximumLifetime
        strangersPerSecondPerAddress = other.strangersPerSecondPerAddress
        permissionsPerAllocation = other.permissionsPerAllocation
        channelsPerAllocation = other.channelsPerAllocation
        connectionsPerAllocation = other.connectionsPerAllocation
        alternateServers = other.alternateServers
        alternateServerThreshold = other.alternateServerThreshold
    }

    func idleTimeout(isDatagram: Bool) -> TimeAmount {
        isDatagram ? unallocatedDatagramTimeout : unallocatedTimeout
    }
}

/// Bounds of what waits for a client that reads slower than its media arrives.
///
/// A late video packet is worth nothing and delays all that follow, so the limits are times first and bytes second.
package struct SendQueueLimits: Sendable {
    /// How old video may be, but for bursts.
    package var videoAge: TimeAmount = .milliseconds(150)
    /// For how long video may be older: what a key frame takes to pass on a slow link.
    package var burst: TimeAmount = .milliseconds(350)
    /// Between two bursts: where video is late more often than key frames come, the receiver is too slow.
    package var burstInterval: TimeAmount = .seconds(2)
    package var audioAge: TimeAmount = .seconds(1)
    /// STUN, DTLS and RTCP: they keep the connection and the sender's rate control alive.
    package var controlAge: TimeAmount = .seconds(5)
    package var bytes = 512 * 1024
    /// Of answers to a client that has not authenticated and doesn't read them.
    package var unauthenticatedBytes = 16 * 1024

    package init() {}

    /// What nothing of a class outlives.
    func age(of payloadClass: PayloadClass) -> TimeAmount {
        switch payloadClass {
        case .control: controlAge
        case .audio: audioAge
        case .video: videoAge + burst
        }
    }
}
