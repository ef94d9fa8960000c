// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Tells what a connection speaks from its first bytes, however few have arrived.
enum FirstBytes {
    enum Verdict: Equatable {
        case needMore
        /// A TLS record with a handshake message (RFC 8446, section 5.1).
        case tls
        /// A STUN message or ChannelData.
        case turn
        /// An HTTP/1 request line.
        case http
        /// The preface of HTTP/2 (RFC 9113, section 3.4).
        case http2
        case unknown
    }

    /// The methods that a first request may have. ChannelData begins with 0x40 to 0x4F, which are letters too, so a
    /// method must be told by its name, and it wins: nobody has a channel before a first STUN message. HTTP/2 begins
    /// with one that no request has.
    private static let methods: [(name: [UInt8], verdict: Verdict)] =
        ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT "]
        .map { (Array($0.utf8), .http) } + [(Array("PRI ".utf8), .http2)]

    static func verdict(on bytes: RawSpan) -> Verdict {
        guard bytes.byteCount > 0 else { return .needMore }
        let first: UInt8 = bytes.bigEndian(at: 0)
        if first == 22 { return tls(bytes) }
        if first < 4 { return stun(bytes) }
        return http(bytes) ?? (64...79 ~= first ? .turn : .unknown)
    }

    /// Content type 22 and major version 3.
    private static func tls(_ bytes: RawSpan) -> Verdict {
        guard bytes.byteCount > 1 else { return .needMore }
        return bytes.bigEndian(at: 1, as: UInt8.self) == 3 ? .tls : .unknown
    }

    private static func stun(_ bytes: RawSpan) -> Verdict {
        guard bytes.byteCount >= 8 else { return .needMore }
        return bytes.bigEndian(at: 4) == STUNMessageView.magicCookie ? .turn : .unknown
    }

    /// Nil when the bytes begin no method.
    private static func http(_ bytes: RawSpan) -> Verdict? {
        var isPrefix = false
        for (name, verdict) in methods {
            let length = min(name.count, bytes.byteCount)
            guard bytes.extracting(first: length).array.elementsEqual(name.prefix(length)) else { continue }
            if length == name.count { return verdict }
            isPrefix = true
        }
        return isPrefix ? .needMore : nil
    }
}
