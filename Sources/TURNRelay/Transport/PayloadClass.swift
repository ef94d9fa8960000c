// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// How much a payload is worth when its receiver falls behind, told from its first bytes (RFC 7983).
enum PayloadClass: Int, CaseIterable, Sendable {
    /// STUN, DTLS and RTCP.
    case control
    case audio
    case video

    /// Media is encrypted and payload types are negotiated elsewhere, so audio is told by size: an Opus packet of 20 ms
    /// has up to about 250 bytes at usual rates, while a video frame fills its packets except the last.
    private static let audioLimit = 300

    /// - Parameters:
    ///   - first: the payload's first byte.
    ///   - second: the payload's second byte.
    ///   - length: of the payload in bytes.
    init(first: UInt8, second: UInt8, length: Int) {
        switch PacketKind(firstByte: first) {
        case .rtp:
            // RFC 5761, section 4: RTCP packet types 192 to 223 are the RTP payload types 64 to 95 with a marker.
            let isRTCP = 192...223 ~= second
            self = isRTCP ? .control : length <= Self.audioLimit ? .audio : .video
        case .stun, .dtls:
            self = .control
        default:
            self = .audio
        }
    }
}
