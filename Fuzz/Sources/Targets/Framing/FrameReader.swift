// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Takes frames off a stream as its bytes come, as a connection does.
struct FrameReader {
    struct Frames: Equatable {
        var taken: [StreamFrame] = []
        /// How long each is on the stream.
        var lengths: [Int] = []
        var error: STUNDecodeError?
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    private var frames = Frames()

    static func frames(of pieces: [[UInt8]], limit: Int) -> Frames {
        var reader = FrameReader(limit: limit)
        for piece in pieces where reader.frames.error == nil { reader.append(piece) }
        require(reader.frames.lengths.reduce(0, +) <= pieces.map(\.count).reduce(0, +), "bytes were taken twice")
        return reader.frames
    }

    private init(limit: Int) {
        self.limit = limit
    }

    private mutating func append(_ bytes: [UInt8]) {
        buffer += bytes
        while let length = nextLength() {
            require(length >= 4 && length <= buffer.count, "a frame of \(length) bytes in \(buffer.count)")
            require(length <= limit, "a frame longer than the limit")
            frames.lengths.append(length)
            buffer.removeFirst(length)
        }
    }

    private mutating func nextLength() -> Int? {
        let frame = StreamFraming.nextFrame(in: buffer.rawSpan, maximumLength: limit)
        switch frame {
        case .needMore(let length):
            require(length > buffer.count, "more is needed than \(length) bytes, which are there")
            return nil
        case .invalid(let error):
            frames.error = error
            return nil
        case .stun(let length):
            frames.taken.append(frame)
            return length
        case .channelData(_, let payloadLength, let frameLength):
            require(ChannelData.headerLength + payloadLength <= frameLength, "a payload past the end of its frame")
            frames.taken.append(frame)
            return frameLength
        }
    }
}
