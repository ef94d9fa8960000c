// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Bytes that may be one frame of STUN or ChannelData, and where they were seen.
struct SeenFrame: Equatable {
    /// `192.0.2.1:5000 > 192.0.2.15:3478 udp`, or the number of a block of hexadecimal text.
    let origin: String
    /// Seconds since 1970, when the capture tells.
    var time: Double?
    let bytes: [UInt8]
    /// Bytes of a stream that is no TURN from here on.
    var isUnreadable = false
}

/// Finds the frames of a file: hexadecimal text, a capture, or the bytes of messages themselves.
enum FrameSource {
    /// - Returns: nil when the file is none of these.
    static func frames(of file: [UInt8]) -> [SeenFrame]? {
        if let packets = CaptureFile.packets(file) { return frames(of: packets) }
        if let text = String(validating: file, as: UTF8.self), !file.contains(0) {
            return HexText.blocks(text)?.enumerated().flatMap { number, block in
                split(block, origin: "block \(number + 1)")
            }
        }
        return split(file, origin: "file")
    }

    /// A run of frames; the last may be ChannelData without its padding, as on UDP.
    private static func split(_ bytes: [UInt8], origin: String) -> [SeenFrame] {
        var stream = FrameStream()
        var frames = stream.append(bytes[...]).map { SeenFrame(origin: origin, bytes: $0) }
        if !stream.rest.isEmpty {
            let rest = Array(stream.rest)
            frames.append(SeenFrame(origin: origin, bytes: rest, isUnreadable: !isUnpaddedChannelData(rest)))
        }
        return frames
    }

    private static func isUnpaddedChannelData(_ bytes: [UInt8]) -> Bool {
        var reader = ByteReader(bytes[...])
        guard let channel: UInt16 = reader.integer(), let length: UInt16 = reader.integer() else { return false }
        return ChannelNumber(rawValue: channel).isValid && reader.bytes.count == Int(length)
    }

    // MARK: Captures

    private static func frames(of packets: [CapturedPacket]) -> [SeenFrame] {
        var streams = StreamTable()
        return packets.flatMap { packet -> [SeenFrame] in
            guard let ip = LinkLayer.ipPacket(in: packet), let transport = TransportPacket(ip: ip) else { return [] }
            let frames: [[UInt8]]
            let name: String
            switch transport.kind {
            case .udp:
                (frames, name) = (isTURN(transport.payload) ? [Array(transport.payload)] : [], "udp")
            case .tcp(let sequence, let isFirst):
                (frames, name) = (streams.append(transport, sequence: sequence, isFirst: isFirst), "tcp")
            }
            let origin = "\(transport.source) > \(transport.destination) \(name)"
            return frames.map { SeenFrame(origin: origin, time: packet.time, bytes: $0) }
        }
    }

    /// Most datagrams of a capture are something else: what is shown has a magic cookie, or a channel and its length.
    static func isTURN(_ datagram: ArraySlice<UInt8>) -> Bool {
        var reader = ByteReader(datagram)
        guard let first: UInt16 = reader.integer(), let length: UInt16 = reader.integer() else { return false }
        if ChannelNumber(rawValue: first).isValid {
            let payload = Int(length)
            return payload...(payload + ChannelData.padding(afterPayload: payload)) ~= reader.bytes.count
        }
        return first < 0x4000 && reader.integer() == STUNMessageView.magicCookie
    }
}
