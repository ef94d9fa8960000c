// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOWebSocket

/// Frames that a member has not taken yet. They wait here, where they are counted, and not in the channel.
struct OutboundQueue {
    /// What a small frame costs beside its bytes: many of them must not count as nothing.
    static let overhead = 128

    private var frames = CircularBuffer<WebSocketFrame>(initialCapacity: 1)
    private(set) var byteCount = 0

    mutating func append(_ frame: WebSocketFrame) {
        frames.append(frame)
        byteCount += frame.length + Self.overhead
    }

    mutating func popFirst() -> WebSocketFrame? {
        guard let frame = frames.popFirst() else { return nil }
        byteCount -= frame.length + Self.overhead
        return frame
    }

    mutating func removeAll() {
        frames.removeAll()
        byteCount = 0
    }
}
