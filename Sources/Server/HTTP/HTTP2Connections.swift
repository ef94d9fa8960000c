// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The HTTP/2 connections that there are: each is told when the server stops, which HTTP/1.1 has no words for.
final class HTTP2Connections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())

    /// Keeps a connection until it is closed.
    func add(_ channel: any Channel) {
        let isStopping = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isStopping
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
        }
        if isStopping { Self.stop(channel) }
    }

    /// Has those that there are, and whoever comes later, open no more streams.
    func stop() {
        let channels = state.withLock { state in
            state.isStopping = true
            return state.channels.values
        }
        channels.forEach(Self.stop)
    }

    private static func stop(_ channel: any Channel) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
