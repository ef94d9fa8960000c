// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Answers what the ``AssetCache`` has an answer to, on the spot. All else passes.
///
/// Belongs behind NIO's pipelining handler: a request comes when the one before is answered.
final class AssetHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let cache: AssetCache
    private let counters: EdgeCounters
    /// To the request that is being read.
    private var answer: Asset.Answer?

    init(cache: AssetCache, counters: EdgeCounters) {
        self.cache = cache
        self.counters = counters
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        // A client that does not read what it has asked for waits where responses wait for their clients.
        if case .head(let head) = part, context.channel.isWritable {
            answer = cache.answer(to: head, on: context.channel)
        }
        guard let answer else { return context.fireChannelRead(data) }
        if case .end = part {
            self.answer = nil
            send(answer, context)
        }
    }

    private func send(_ answer: Asset.Answer, _ context: ChannelHandlerContext) {
        counters.count(EdgeCounters.Request(method: .get, statusClass: Int(answer.head.status.code) / 100))
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        if let body = answer.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

@available(*, unavailable)
extension AssetHandler: Sendable {}
