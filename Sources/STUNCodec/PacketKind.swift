// SPDX-License-Identifier: Apache-2.0

/// What a datagram or a relayed payload is, told from its first byte (RFC 7983, section 7; RFC 9443).
public enum PacketKind: Hashable, Sendable {
    case stun
    case zrtp
    case dtls
    case channelData
    case quic
    /// RTP or RTCP: the second byte tells them apart (RFC 5761).
    case rtp
    case unknown

    @inlinable
    public init(firstByte: UInt8) {
        self =
            switch firstByte {
            case 0...3: .stun
            case 16...19: .zrtp
            case 20...63: .dtls
            case 64...79: .channelData
            case 80...127: .quic
            case 128...191: .rtp
            case 192...255: .quic
            default: .unknown
            }
    }
}
