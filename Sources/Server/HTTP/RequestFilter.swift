// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Looks at request heads before NIO's upgrade handler does.
///
/// Requests that don't name one host are refused. Only those upgrade requests stay upgrade requests that will be
/// granted: NIO's handler gives others no answer, but without their Upgrade header they are plain requests, and the
/// routes say what is wrong.
final class RequestFilter: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let admitsUpgrade: (HTTPRequestHead) -> Bool
    private var isRefused = false
    /// From the request that is granted on, what passes is HTTP no more.
    private var isUpgraded = false

    init(admitsUpgrade: @escaping (HTTPRequestHead) -> Bool) {
        self.admitsUpgrade = admitsUpgrade
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        guard !isUpgraded else { return context.fireChannelRead(data) }
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        // > A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a
        // > Host header field and to any request message that contains more than one
        // RFC 9112, section 3.2.
        let hosts = head.headers["host"].count
        guard hosts == 1 || hosts == 0 && !head.version.knowsUpgrades else { return refuse(context) }
        if head.headers.contains(name: "upgrade") {
            isUpgraded = admitsUpgrade(head)
            if !isUpgraded { head.headers.remove(name: "upgrade") }
        }
        // Hummingbird knows "close" only where it stands alone.
        if !head.isKeepAlive, !isUpgraded { head.headers.replaceOrAdd(name: "connection", value: "close") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isRefused = true
        let headers = HTTPHeaders([("connection", "close"), ("content-length", "0")])
        let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}

extension HTTPVersion {
    var knowsUpgrades: Bool { (major, minor) >= (1, 1) }
}

@available(*, unavailable)
extension RequestFilter: Sendable {}
