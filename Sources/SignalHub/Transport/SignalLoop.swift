// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore

/// The hub and the connections it speaks to. Bound to one event loop, to which events come in tasks of their own: they
/// are never nested, so each connection sees actions in the order the hub decided on them.
final class SignalLoop {
    /// The way to a connection, on whatever loop it lives.
    struct Link: Sendable {
        let handler: NIOLoopBound<WebSocketHandler>
        let eventLoop: any EventLoop
        let address: String
        let since: NIODeadline

        func perform(_ body: @escaping @Sendable (WebSocketHandler) -> Void) {
            if eventLoop.inEventLoop { body(handler.value) } else { eventLoop.execute { body(handler.value) } }
        }
    }

    private var hub: Hub
    private var links: [ConnectionID: Link] = [:]
    private var random = SystemRandomNumberGenerator()
    private let gauges: SignalGauges
    private let logger: Logger
    private var emptied: EventLoopPromise<Void>?

    init(hub: Hub, gauges: SignalGauges, logger: Logger) {
        self.hub = hub
        self.gauges = gauges
        self.logger = logger
    }

    func connect(_ id: ConnectionID, _ link: Link, at now: NIODeadline) {
        links[id] = link
        perform(hub.connect(id, from: link.address, at: now.uptime, using: &random))
    }

    func handle(_ events: [WebSocketHandler.Event], of id: ConnectionID, at now: NIODeadline) {
        var messages = 0
        var actions: [HubAction] = []
        for event in events {
            if case .message = event { messages += 1 }
            actions += decide(on: event, of: id, at: now)
        }
        perform(actions)
        if messages > 0 { links[id]?.perform { [messages] in $0.messagesHandled(messages) } }
        if links.isEmpty { emptied?.succeed() }
    }

    private func decide(on event: WebSocketHandler.Event, of id: ConnectionID, at now: NIODeadline) -> [HubAction] {
        switch event {
        case .message(let text):
            return hub.receive(text, from: id, at: now.uptime)
        case .heard(let number):
            hub.hear(id, answering: number, at: now.uptime)
            return []
        case .closing:
            return hub.retire(id, at: now.uptime)
        case .closed(let end):
            log(end, of: id, at: now)
            hub.counters.count(end)
            links[id] = nil
            return hub.disconnect(id, at: now.uptime)
        }
    }

    func setRoomSize(_ size: Int) {
        hub.setRoomSize(size)
    }

    func setDraining(_ isDraining: Bool) {
        hub.setDraining(isDraining)
    }

    var snapshot: SignalSnapshot { SignalSnapshot(hub) }

    func listRooms(limit: Int, at now: NIODeadline) -> RoomListing {
        hub.listRooms(limit: limit, at: now.uptime)
    }

    /// - Returns: the ids of who was removed.
    func remove(peerID: String, at now: NIODeadline) -> [String] {
        let (actions, removed) = hub.remove(peerID: peerID, at: now.uptime)
        perform(actions)
        return removed
    }

    /// - Returns: the ids of who was removed.
    func remove(room: String, at now: NIODeadline) -> [String] {
        let (actions, removed) = hub.remove(room: room, at: now.uptime)
        perform(actions)
        return removed
    }

    func noteCongestion(_ note: CongestionNote, at now: NIODeadline) {
        perform(hub.noteCongestion(note, at: now.uptime))
    }

    func tick(at now: NIODeadline) {
        perform(hub.tick(at: now.uptime))
    }

    /// - Parameter emptied: is told when the last connection is gone.
    func stop(_ emptied: EventLoopPromise<Void>) {
        self.emptied?.futureResult.cascade(to: emptied)
        if self.emptied == nil { self.emptied = emptied }
        perform(hub.stop(at: NIODeadline.now().uptime))
        if links.isEmpty { emptied.succeed() }
    }

    private func perform(_ actions: [HubAction]) {
        for (id, actions) in Dictionary(grouping: actions, by: \.connection) {
            links[id]?.perform { $0.perform(actions) }
        }
        gauges.update(hub)
        for departure in hub.takeDepartures() { log(departure) }
    }

    /// One line for each member of a room. Rooms are not named: whoever knows a name may join.
    private func log(_ departure: Departure) {
        logger.info(
            "member left room",
            metadata: [
                "peer": "\(departure.peerID)", "reason": "\(departure.reason.rawValue)",
                "seconds": .stringConvertible(departure.duration.components.seconds),
            ]
        )
    }

    /// One line for each connection, when it is over.
    private func log(_ end: SessionEnd, of id: ConnectionID, at now: NIODeadline) {
        guard let link = links[id] else { return }
        logger.info(
            "signaling session ended",
            metadata: [
                "address": "\(LogText.escaped(link.address))",
                "peer": "\(hub.peerID(of: id) ?? "-")",
                "closed-by": "\(end.party.rawValue)",
                "code": end.code.map { .stringConvertible($0) } ?? "-",
                "reason": "\(LogText.escaped(end.text))",
                "seconds": .stringConvertible((now - link.since).nanoseconds / 1_000_000_000),
            ]
        )
    }
}

@available(*, unavailable)
extension SignalLoop: Sendable {}
