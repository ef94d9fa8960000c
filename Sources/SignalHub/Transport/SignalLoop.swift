// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore

/// The hub and the connections it speaks to. Bound to one event loop, on which every event comes as a task of its own:
/// events are never nested, so actions are carried out in the order the hub decided on them.
final class SignalLoop {
    /// The way to a connection, on whatever loop it lives.
    struct Link: Sendable {
        let handler: NIOLoopBound<WebSocketHandler>
        let eventLoop: any EventLoop
        let address: String
        let since: NIODeadline

        func perform(_ body: @escaping @Sendable (WebSocketHandler) -> Void) {
            eventLoop.execute { body(handler.value) }
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

    func handle(_ event: WebSocketHandler.Event, of id: ConnectionID, at now: NIODeadline) {
        switch event {
        case .message(let text):
            perform(hub.receive(text, from: id, at: now.uptime))
            links[id]?.perform { $0.messageHandled() }
        case .heard(let number):
            hub.hear(id, answering: number, at: now.uptime)
        case .closing:
            perform(hub.retire(id, at: now.uptime))
        case .closed(let end):
            log(end, of: id, at: now)
            hub.counters.count(end)
            links[id] = nil
            perform(hub.disconnect(id, at: now.uptime))
            if links.isEmpty { emptied?.succeed() }
        }
    }

    func setRoomSize(_ size: Int) {
        hub.setRoomSize(size)
    }

    var snapshot: SignalSnapshot { SignalSnapshot(hub) }

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
        for action in actions {
            switch action {
            case .send(let text, let id): links[id]?.perform { $0.send(text) }
            case .ping(let id, let number): links[id]?.perform { $0.ping(number) }
            case .close(let id, let reason): links[id]?.perform { $0.close(reason) }
            }
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
