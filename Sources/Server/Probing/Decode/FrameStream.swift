// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// The frames in one direction of a TCP connection.
struct FrameStream {
    /// What is no whole frame yet.
    private(set) var rest: ArraySlice<UInt8> = []
    private var isBroken = false

    /// - Returns: the frames that are whole now. None any more once the bytes were something else.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        guard !isBroken else { return [] }
        rest += bytes
        var frames: [[UInt8]] = []
        while !isBroken, let length = nextLength() {
            frames.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return frames
    }

    /// A gap in the stream: what comes next may begin a frame.
    mutating func restart() {
        self = FrameStream()
    }

    /// Eight bytes tell how long a frame is, so that a long stream costs what it is long.
    private mutating func nextLength() -> Int? {
        let head = Array(rest.prefix(8))
        switch StreamFraming.nextFrame(in: head.rawSpan, maximumLength: .max) {
        case .stun(let length), .channelData(_, _, let length):
            return length
        case .needMore(let length):
            return length > head.count && length <= rest.count ? length : nil
        case .invalid:
            isBroken = true
            return nil
        }
    }
}

/// Puts segments of TCP together, as far as they come in order: what was sent again is left out, and after a gap the
/// next segment begins anew.
struct StreamTable {
    private struct Direction: Hashable {
        let source: TransportAddress
        let destination: TransportAddress
    }

    fileprivate struct Stream {
        var next: UInt32
        var frames = FrameStream()
        /// What other protocols send can look like ChannelData, hardly like a STUN message, which always comes first.
        var isTURN = false
    }

    /// Beyond that, a capture's further connections are left out: what is kept of each may be 64 KiB.
    private static let maximumCount = 4096

    private var streams: [Direction: Stream] = [:]

    mutating func append(_ packet: TransportPacket, sequence: UInt32, isFirst: Bool) -> [[UInt8]] {
        let direction = Direction(source: packet.source, destination: packet.destination)
        if isFirst {
            // SYN has a number of its own.
            streams[direction] = streams.count < Self.maximumCount ? Stream(next: sequence &+ 1) : nil
            return []
        }
        guard !packet.payload.isEmpty, streams[direction] != nil || streams.count < Self.maximumCount else { return [] }
        var stream = streams[direction] ?? Stream(next: sequence)
        defer { streams[direction] = stream }
        return stream.take(packet.payload, at: sequence)
    }
}

extension StreamTable.Stream {
    /// Sequence numbers wrap around: the signed difference says what is before what.
    fileprivate mutating func take(_ payload: ArraySlice<UInt8>, at sequence: UInt32) -> [[UInt8]] {
        let ahead = Int32(bitPattern: sequence &- next)
        if ahead > 0 { frames.restart() }
        let known = ahead < 0 ? -Int(ahead) : 0
        guard known < payload.count else { return [] }
        next = sequence &+ UInt32(truncatingIfNeeded: payload.count)
        return frames.append(payload.dropFirst(known)).filter { frame in
            isTURN = isTURN || FrameSource.isTURN(frame[...]) && frame.first.map { $0 < 4 } == true
            return isTURN
        }
    }
}
