// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import DatagramIO

struct PollerTests {
    @Test func `room is told of while it is asked for, and the end in any case`() throws {
        var ends: [CInt] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        let poller = try Poller()
        try poller.add(ends[0])
        #expect(poller.events(within: 0).isEmpty)
        poller.watchRoom(of: ends[0], true)
        #expect(poller.events(within: 5_000).map(\.hasRoom) == [true])
        // Until there is none.
        let bytes = [UInt8](repeating: 0, count: 64 * 1024)
        while send(ends[0], bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 {}
        #expect(poller.events(within: 0).isEmpty)
        poller.watchRoom(of: ends[0], false)
        var sink = bytes
        while recv(ends[1], &sink, sink.count, Int32(MSG_DONTWAIT)) > 0 {}
        #expect(poller.events(within: 0).isEmpty)
        close(ends[1])
        let last = try #require(poller.events(within: 5_000).first)
        #expect(last.descriptor == ends[0] && last.isReadable && last.hasError && !last.hasRoom)
        poller.remove(ends[0])
        #expect(poller.events(within: 0).isEmpty)
    }

    @Test func `each wake ends a wait, or the next one, and that once`() throws {
        let poller = try Poller()
        for _ in 0..<2 {
            poller.wake()
            poller.wake()
            #expect(poller.duration(ofWaitFor: .seconds(60)) < .seconds(60))
        }
        #expect(poller.duration(ofWaitFor: .milliseconds(20)) >= .milliseconds(20))
    }
}

extension Poller {
    fileprivate func duration(ofWaitFor limit: Duration) -> Duration {
        ContinuousClock().measure {
            #expect(events(within: Int32(limit / .milliseconds(1))).isEmpty)
        }
    }
}
