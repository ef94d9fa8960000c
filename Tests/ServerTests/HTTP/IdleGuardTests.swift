// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import Testing

@testable import Server

struct IdleGuardTests {
    @Test func aConnectionEndsAMinuteAfterItsLastWord() throws {
        let channel = EmbeddedChannel(handler: IdleGuard())
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        let loop = channel.embeddedEventLoop
        loop.advanceTime(by: .seconds(50))
        try channel.writeInbound(ByteBuffer(string: "request"))
        loop.advanceTime(by: .seconds(50))
        channel.flush()
        loop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }
}
