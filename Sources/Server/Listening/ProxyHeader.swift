// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// The header of the PROXY protocol, versions 1 and 2: how a proxy that forwards a connection tells whose it is
/// (`doc/proxy-protocol.txt` of HAProxy).
struct ProxyHeader: Equatable {
    /// Bytes of the connection that are the header.
    let length: Int
    /// The client. Nil where the header names none that TCP could have: then the connection's own address counts.
    let source: TransportAddress?

    enum Result: Equatable {
        case needMore
        case header(ProxyHeader)
        case invalid
    }

    /// Reads the header at the begin of a connection, however few bytes have arrived. It is at most 65 551 bytes long.
    static func parse(_ bytes: RawSpan) -> Result {
        guard bytes.byteCount > 0 else { return .needMore }
        let isBinary = bytes.bigEndian(at: 0) == signature[0]
        let mark = isBinary ? signature : word
        let length = min(mark.count, bytes.byteCount)
        guard bytes.extracting(first: length).array.elementsEqual(mark.prefix(length)) else { return .invalid }
        guard length == mark.count else { return .needMore }
        return isBinary ? binary(bytes) : text(bytes)
    }

    /// What version 1 begins with.
    private static let word = Array("PROXY ".utf8)
    /// What version 2 begins with.
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
}
