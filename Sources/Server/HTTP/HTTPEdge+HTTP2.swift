// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP2

extension HTTPEdge {
    /// Bytes that arrive in the pipeline are HTTP/2. Each of its streams is a channel, whose request is answered as one of
    /// HTTP/1.1 is. None becomes a WebSocket: without SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441) browsers open them over
    /// HTTP/1.1.
    func attachHTTP2(to connection: ClientConnection) throws {
        try admit(connection)
        try HTTP2Guard.addHandlers(to: connection.channel) { stream in
            try stream.pipeline.syncOperations.addHandlers(
                HTTP2FramePayloadToHTTP1ServerCodec(),
                AssetHandler(cache: self.assets, counters: self.counters) {
                    try self.addResponder(to: $0, of: self.http, isSecure: true)
                }
            )
        }
        secondVersion.add(connection.channel)
    }

    /// Has browsers ask elsewhere from now on: they open new connections for that.
    func stopHTTP2() {
        secondVersion.stop()
    }
}
