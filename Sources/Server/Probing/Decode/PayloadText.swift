// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What a relayed payload seems to be, by its first bytes (RFC 7983).
enum PayloadText {
    static func kind(of payload: ArraySlice<UInt8>) -> String {
        guard let first = payload.first else { return "empty" }
        switch PacketKind(firstByte: first) {
        case .stun: return stun(Array(payload))
        case .zrtp: return "ZRTP"
        case .dtls: return dtls(first)
        case .channelData: return "ChannelData"
        case .quic: return "QUIC"
        case .rtp: return rtp(payload.dropFirst().first ?? 0)
        case .unknown: return "unknown"
        }
    }

    private static func stun(_ bytes: [UInt8]) -> String {
        guard let message = try? STUNMessageView(bytes.rawSpan) else { return "unknown" }
        return "STUN \(message.type.method.name) \(message.type.messageClass.name)"
    }

    private static func dtls(_ contentType: UInt8) -> String {
        switch contentType {
        case 20: "DTLS change cipher spec"
        case 21: "DTLS alert"
        case 22: "DTLS handshake"
        case 23: "DTLS application data"
        default: "DTLS"
        }
    }

    /// RTCP's packet types, which RTP's payload types with the marker bit leave free (RFC 5761, section 4).
    private static func rtp(_ second: UInt8) -> String {
        192...223 ~= second ? "RTCP type \(second)" : "RTP payload type \(second & 0x7F)"
    }
}
