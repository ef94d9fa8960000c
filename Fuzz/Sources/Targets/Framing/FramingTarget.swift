// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import Server

/// The input is a limit, where the stream is cut, and the stream.
enum FramingTarget {
    static func run(_ input: [UInt8]) {
        var decisions = Decisions(input)
        let limit = decisions.choice(of: [Int(UInt16.max) + 20, 2_048, 64, .max])
        let lengths = decisions.bytes(decisions.number(below: 32)).map { Int($0) + 1 }
        let stream = decisions.remainder()
        let pieces = cut(stream, lengths)
        require(
            FrameReader.frames(of: [stream], limit: limit) == FrameReader.frames(of: pieces, limit: limit),
            "frames depend on how the stream was cut"
        )
        checkProbe(stream, pieces)
        require(
            Conversation(saying: [stream]) == Conversation(saying: pieces),
            "what a client is answered depends on how the stream was cut"
        )
    }

    /// The lengths are used again and again.
    private static func cut(_ stream: [UInt8], _ lengths: [Int]) -> [[UInt8]] {
        guard !lengths.isEmpty else { return stream.map { [$0] } }
        var pieces: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let length = lengths[pieces.count % lengths.count]
            pieces.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return pieces
    }

    /// The reader of `probe decode`.
    private static func checkProbe(_ stream: [UInt8], _ pieces: [[UInt8]]) {
        var whole = FrameStream()
        var cut = FrameStream()
        require(
            whole.append(stream[...]) == pieces.flatMap { cut.append($0[...]) },
            "frames of a capture depend on its segments"
        )
    }
}
