// SPDX-License-Identifier: Apache-2.0

import NIOCore
import SignalHub
import Synchronization
import TURNRelay
import Testing

@testable import Server

struct CongestionBridgeTests {
    private final class Notes: Sendable {
        let all = Mutex<[CongestionNote]>([])
    }

    @Test func `what the relay says of a user of a room is said of a member`() {
        let notes = Notes()
        let bridge = CongestionBridge(realm: "turn.test") { note in notes.all.withLock { $0.append(note) } }
        let queue = QueueSample(delay: .milliseconds(340), dropped: 17)
        bridge.pass(CongestionReport(realm: "turn.test", user: "3f0a", room: "default", queue: queue))
        // Another realm has users and rooms of its own.
        bridge.pass(CongestionReport(realm: "other.test", user: "3f0a", room: "default", queue: queue))
        let expected = CongestionNote(peerID: "3f0a", room: "default", queueDelay: .milliseconds(340), dropped: 17)
        #expect(notes.all.withLock { $0 } == [expected])
    }
}
