// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP2

/// Ends HTTP/2 connections: when they are idle, when a request gets nowhere, when something is wrong with them, and
/// when the server stops. What is sent without a request, as PING, is no activity.
final class HTTP2Guard: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// From the begin of the connection to its first request, and from a GOAWAY to the client's end of the connection.
    private static let shortTime = TimeAmount.seconds(10)
    /// From the begin of a request to the last byte of its answer, and from there to the next request.
    private static let longTime = TimeAmount.seconds(60)

    private let eventLoop: any EventLoop
    /// When each open stream has to be done.
    private var streams: [HTTP2StreamID: NIODeadline] = [:]
    /// While there is none.
    private var idleDeadline: NIODeadline
    private var lastStream = HTTP2StreamID.rootStream
    private var isEnding = false
    private var context: ChannelHandlerContext?
    private var check: Scheduled<Void>?

    private init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        idleDeadline = eventLoop.now + Self.shortTime
    }

    // MARK: Time

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        self.context = nil
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

    // MARK: Streams

    private func streamCreated(_ id: HTTP2StreamID) {
        streams[id] = eventLoop.now + Self.longTime
        lastStream = id
    }

    private func streamClosed(_ id: HTTP2StreamID) {
        streams[id] = nil
        guard isEnding else { return idleDeadline = eventLoop.now + Self.longTime }
        // What closed the stream is not flushed yet.
        if streams.isEmpty { eventLoop.assumeIsolated().execute { self.context?.close(promise: nil) } }
    }

    // MARK: End

    /// Says which requests are answered. Others that are on their way are no more looked at: clients ask again, on
    /// another connection (RFC 9113, section 6.8). A client without any closes; at once, it might miss why.
    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        idleDeadline = eventLoop.now + Self.shortTime
        check?.cancel()
        schedule(context)
        let farewell = HTTP2Frame.FramePayload.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: farewell)), promise: nil)
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

        func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
            observer.value.streamCreated(id)
        }

        func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
            observer.value.streamClosed(id)
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
        let observer = HTTP2Guard(eventLoop: eventLoop)
        let http2 = NIOHTTP2Handler(
            mode: .server,
            eventLoop: eventLoop,
            connectionConfiguration: connectionLimits,
            streamConfiguration: streamLimits,
            streamDelegate: Streams(observer: NIOLoopBound(observer, eventLoop: eventLoop)),
            inboundStreamInitializer: { stream in
                stream.eventLoop.makeCompletedFuture { try addStreamHandlers(stream) }
            }
        )
        try channel.pipeline.syncOperations.addHandlers(http2, observer)
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
