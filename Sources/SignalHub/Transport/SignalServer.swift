// SPDX-License-Identifier: Apache-2.0

package import Logging
package import NIOCore
import Synchronization

/// Signaling for a whole server: one ``Hub`` on one event loop, and connections to it from all of them.
/// Works until it is stopped.
package final class SignalServer: Sendable {
    package let limits: SignalLimits
    private let eventLoop: any EventLoop
    private let core: NIOLoopBoundBox<SignalLoop>
    private let gauges = SignalGauges()
    private let lastConnection = Atomic<UInt64>(0)
    private let ticker: RepeatedTask

    /// - Parameters:
    ///   - eventLoop: where rooms and members are kept. Connections may live on any loop.
    ///   - iceServers: called on `eventLoop` for each join and each renewal; must not block.
    package init(
        eventLoop: any EventLoop,
        limits: SignalLimits = SignalLimits(),
        iceServers: @Sendable @escaping (_ peerID: String, _ room: String) -> ICEServerOffer,
        logger: Logger
    ) {
        let loop = SignalLoop(hub: Hub(limits: limits, iceServers: iceServers), gauges: gauges, logger: logger)
        let core = NIOLoopBoundBox.makeBoxSendingValue(loop, eventLoop: eventLoop)
        let interval = TimeAmount(min(.seconds(1), limits.pingInterval / 5))
        self.limits = limits
        self.eventLoop = eventLoop
        self.core = core
        self.ticker = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            core.value.tick(at: eventLoop.now)
        }
    }

    /// Makes a connection a member's. To be called on the channel's event loop when the WebSocket upgrade is done:
    /// NIO's frame encoder and decoder are in the pipeline, its `WebSocketProtocolErrorHandler` is not.
    ///
    /// - Parameter remoteAddress: connections are limited for each of these; also goes to the log.
    package func attach(to channel: any Channel, remoteAddress: String) throws {
        guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        let id = ConnectionID(rawValue: lastConnection.add(1, ordering: .relaxed).newValue)
        let now = channel.eventLoop.now
        let inbox = EventInbox()
        let handler = WebSocketHandler(limits: limits, at: now) { [core, eventLoop] event in
            guard inbox.put(event) else { return }
            eventLoop.execute { core.value.handle(inbox.takeAll(), of: id, at: eventLoop.now) }
        }
        let link = SignalLoop.Link(
            handler: NIOLoopBound(handler, eventLoop: channel.eventLoop),
            eventLoop: channel.eventLoop,
            address: remoteAddress,
            since: now
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        // Before any event of the handler: those are queued from this loop as well, after this.
        eventLoop.execute { [core] in core.value.connect(id, link, at: now) }
    }

    /// How many may be in one room from now on.
    package func setRoomSize(_ size: Int) {
        eventLoop.execute { [core] in core.value.setRoomSize(size) }
    }

    /// What to give NIO's WebSocket upgrader as `maxFrameSize`.
    package var maximumFrameSize: Int { limits.messageBytes }

    /// What a relay sees of the way to a member.
    package func noteCongestion(_ note: CongestionNote) {
        eventLoop.execute { [core, eventLoop] in core.value.noteCongestion(note, at: eventLoop.now) }
    }

    /// Members in rooms.
    package var memberCount: Int { gauges.memberCount }
    /// Open connections, in a room or not.
    package var connectionCount: Int { gauges.connectionCount }
    package var roomCount: Int { gauges.roomCount }

    package func snapshot() async -> SignalSnapshot {
        await ask { loop, _ in loop.snapshot }
    }

    // MARK: Administration

    /// Lets nobody into a room from now on, or lets people in again.
    package func setDraining(_ isDraining: Bool) {
        eventLoop.execute { [core] in core.value.setDraining(isDraining) }
    }

    /// Returns when the event loop has done what it was given before: one that hangs never does.
    package func proveAlive() async {
        await ask { _, _ in () }
    }

    /// The fullest rooms.
    package func listRooms(limit: Int) async -> RoomListing {
        await ask { $0.listRooms(limit: limit, at: $1) }
    }

    /// Removes a member from its room and closes its connection, or that of somebody who waits for one.
    ///
    /// - Returns: the ids of who was removed.
    package func remove(peerID: String) async -> [String] {
        await ask { $0.remove(peerID: peerID, at: $1) }
    }

    /// Removes everybody from a room, and from its door.
    ///
    /// - Returns: the ids of who was removed.
    package func remove(room: String) async -> [String] {
        await ask { $0.remove(room: room, at: $1) }
    }

    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (SignalLoop, NIODeadline) -> Answer
    ) async -> Answer {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [core, eventLoop] in
                continuation.resume(returning: question(core.value, eventLoop.now))
            }
        }
    }

    // MARK: Life

    /// Closes all connections, now and from now on, and returns when they are gone: at the latest a second after the time
    /// that they have to close by themselves, and at once when the task is cancelled.
    package func stop() async {
        ticker.cancel()
        let emptied = eventLoop.makePromise(of: Void.self)
        eventLoop.execute { [core] in core.value.stop(emptied) }
        let deadline = eventLoop.scheduleTask(in: TimeAmount(limits.closeTimeout + .seconds(1))) { emptied.succeed() }
        await withTaskCancellationHandler {
            try? await emptied.futureResult.get()
        } onCancel: {
            emptied.succeed()
        }
        deadline.cancel()
    }
}
