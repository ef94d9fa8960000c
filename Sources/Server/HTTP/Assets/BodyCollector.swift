// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore

/// Takes the body of a response as one buffer.
final class BodyCollector: ResponseBodyWriter {
    private var collected = ByteBuffer()

    /// Nil when it fails on the way.
    static func body(of response: Response) async -> ByteBuffer? {
        let collector = BodyCollector()
        do {
            try await response.body.write(collector)
            return collector.collected
        } catch {
            return nil
        }
    }

    func write(_ buffer: ByteBuffer) async throws {
        collected.writeImmutableBuffer(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
