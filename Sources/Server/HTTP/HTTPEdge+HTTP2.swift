// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP2
import STUNCodec

extension HTTPEdge {
    /// Bytes that arrive in the pipeline are HTTP/2. Each of its streams is a channel, whose request is answered as one of
    /// HTTP/1.1 is. None becomes a WebSocket: without SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441) browsers open them over
    /// HTTP/1.1.
    func attachHTTP2(to connection: ClientConnection) throws {
        try admit(connection)
        let address = connection.address.address.limitGroup
        let site = site(for: connection.address.address)
        try HTTP2Guard.addHandlers(to: connection.channel) { stream in
            try stream.pipeline.syncOperations.addHandlers(
                HTTP2FramePayloadToHTTP1ServerCodec(),
                AssetHandler(cache: self.assets, counters: self.counters) { stream in
                    guard try self.admitStream(stream, from: address) else { return }
                    try self.addResponder(to: stream, of: site, isSecure: true)
                }
            )
        }
        http2Connections.add(connection.channel)
    }

    /// What does not come from memory costs as much as a connection, and takes a place as one.
    private func admitStream(_ stream: any Channel, from address: IPAddress) throws -> Bool {
        guard budget.enter(address) else {
            counters.countRefusal(.http)
            guard let id = try stream.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID) else { return false }
            // RFC 9113, section 8.7: nothing was done, so the client may ask again.
            stream.parent?.writeAndFlush(HTTP2Frame(streamID: id, payload: .rstStream(.refusedStream)), promise: nil)
            return false
        }
        stream.closeFuture.whenComplete { [budget] _ in budget.leave(address) }
        return true
    }

    /// Has browsers ask elsewhere from now on: they open new connections for that.
    func stopHTTP2() {
        http2Connections.stop()
    }
}
