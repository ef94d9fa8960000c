// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Events of one connection on their way to the hub: all that came with one read of the socket go there together.
final class EventInbox: Sendable {
    private let events = Mutex<[WebSocketHandler.Event]>([])

    /// - Returns: whether somebody has to be sent to take it; else somebody is under way.
    func put(_ event: WebSocketHandler.Event) -> Bool {
        events.withLock { events in
            events.append(event)
            return events.count == 1
        }
    }

    func takeAll() -> [WebSocketHandler.Event] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
