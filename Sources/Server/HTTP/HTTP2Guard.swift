// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP2

/// Ends HTTP/2 connections: when they are idle, when a request gets nowhere, when something is wrong with them, and
/// when the server stops. What is sent without a request, as PING, is no activity.
final class HTTP2Guard: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    /// From the begin of the connection to its first request, and from a GOAWAY to its end when there is nothing to be
    /// answered.
    private static let shortTime = TimeAmount.seconds(10)
    /// From the begin of a request to the last byte of its answer, and from there to the next request.
    private static let longTime = TimeAmount.seconds(60)

    private let eventLoop: any EventLoop
    /// When each open stream has to be done.
    private var streams: [HTTP2StreamID: NIODeadline] = [:]
    /// While there is none.
    private var idleDeadline: NIODeadline
    private var isEnding = false
    private var check: Scheduled<Void>?

    private init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        idleDeadline = eventLoop.now + Self.shortTime
    }

    // MARK: Time

    func handlerAdded(context: ChannelHandlerContext) {
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
    }

    private var deadline: NIODeadline { streams.values.min() ?? idleDeadline }

    /// Looks again when it may be time. No deadline comes before one that there was, but for the end.
    private func schedule(_ context: ChannelHandlerContext) {
        check = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            if self.deadline > self.eventLoop.now {
                self.schedule(context)
            } else if self.streams.isEmpty && !self.isEnding {
                self.end(context)
            } else {
                context.close(promise: nil)
            }
        }
    }

    // MARK: End

    /// Has the next handler send GOAWAY, which closes when all is answered and the client has seen it.
    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        idleDeadline = eventLoop.now + Self.shortTime
        check?.cancel()
        schedule(context)
        context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        if !isEnding { end(context) }
    }

    /// The client has been told why, by GOAWAY or RST_STREAM.
    ///
    /// > In particular, an endpoint MAY choose to treat a stream error as a connection error.
    /// RFC 9113, section 5.4.1. Browsers make neither.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension HTTP2Guard {
    /// Tells what streams there are.
    private struct Streams: NIOHTTP2StreamDelegate {
        let observer: NIOLoopBound<HTTP2Guard>
        let next: NIOHTTP2ServerConnectionManagementHandler.HTTP2StreamDelegate

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
            observer.value.streams[id] = channel.eventLoop.now + longTime
            next.streamCreated(id, channel: channel)
        }

        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
            let observer = observer.value
            observer.streams[id] = nil
            if !observer.isEnding { observer.idleDeadline = channel.eventLoop.now + longTime }
            next.streamClosed(id, channel: channel)
        }
    }

    /// Adds all that an HTTP/2 connection has at the end of the channel's pipeline.
    ///
    /// - Parameter addStreamHandlers: called with the channel of each stream, on whose event loop that is.
    static func addHandlers(
        to channel: any Channel,
        addStreamHandlers: @escaping @Sendable (any Channel) throws -> Void
    ) throws {
        let eventLoop = channel.eventLoop
        let farewell = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil)
        )
        let observer = HTTP2Guard(eventLoop: eventLoop)
        let http2 = NIOHTTP2Handler(
            mode: .server,
            eventLoop: eventLoop,
            connectionConfiguration: connectionLimits,
            streamConfiguration: streamLimits,
            streamDelegate: Streams(
                observer: NIOLoopBound(observer, eventLoop: eventLoop),
                next: farewell.http2StreamDelegate
            ),
            inboundStreamInitializer: { stream in
                stream.eventLoop.makeCompletedFuture { try addStreamHandlers(stream) }
            }
        )
        try channel.pipeline.syncOperations.addHandlers(http2, observer, farewell)
    }

    /// Who does more is cut off with ENHANCE_YOUR_CALM. An empty page load of the app is 60 requests, and a browser sends
    /// some ten PING and SETTINGS in a minute.
    private static var connectionLimits: NIOHTTP2Handler.ConnectionConfiguration {
        var limits = NIOHTTP2Handler.ConnectionConfiguration()
        limits.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 16384),
        ]
        limits.maximumSequentialContinuationFrames = 5
        limits.controlFrameRateLimit.maximumCount = 200
        limits.controlFrameRateLimit.windowLength = .seconds(30)
        return limits
    }

    private static var streamLimits: NIOHTTP2Handler.StreamConfiguration {
        var limits = NIOHTTP2Handler.StreamConfiguration()
        // CVE-2023-44487, and CVE-2025-8671 where the client makes the server reset streams.
        limits.streamResetFrameRateLimit.maximumCount = 200
        limits.streamResetFrameRateLimit.windowLength = .seconds(30)
        limits.streamErrorRateLimit.maximumCount = 200
        limits.streamErrorRateLimit.windowLength = .seconds(30)
        return limits
    }
}

@available(*, unavailable)
extension HTTP2Guard: Sendable {}
