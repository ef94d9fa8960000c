// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Glibc
import NIOCore
import Testing

@testable import TURNRelay

/// On a pair of sockets of this machine.
final class ClientSocketTests {
    private let socket: ClientSocket
    /// Closed and none after `hangUp`.
    private var peer: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        socket = try ClientSocket(duplicating: ends[0])
        peer = ends[1]
        close(ends[0])
    }

    deinit { hangUp() }

    private func hangUp() {
        if peer >= 0 { close(peer) }
        peer = -1
    }

    private func receive(atMost count: Int) -> (ClientSocket.Reception, String) {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        let reception = socket.receive(into: &buffer)
        return (reception, String(buffer: buffer))
    }

    @Test func `what has come is taken, and the rest with the next`() {
        #expect(receive(atMost: 4) == (.nothing, ""))
        #expect(Glibc.send(peer, "abcdef", 6, 0) == 6)
        #expect(receive(atMost: 4) == (.bytes(mayHaveMore: true), "abcd"))
        #expect(receive(atMost: 4) == (.bytes(mayHaveMore: false), "ef"))
        shutdown(peer, Int32(SHUT_WR))
        #expect(receive(atMost: 4) == (.ended, ""))
    }

    @Test func `the kernel takes what it has room for, and the rest later, in order`() {
        let all = ByteBuffer(bytes: (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        var rest = all
        var received: [UInt8] = []
        var sink = [UInt8](repeating: 0, count: 64 * 1024)
        while rest.readableBytes > 0 {
            let before = rest.readableBytes
            #expect(socket.send(&rest) && (rest.readableBytes < before || !received.isEmpty))
            while case let count = recv(peer, &sink, sink.count, Int32(MSG_DONTWAIT)), count > 0 {
                received += sink[..<count]
            }
        }
        #expect(ByteBuffer(bytes: received) == all)
    }

    @Test func `a connection whose other end is gone is broken`() {
        #expect(Glibc.send(socket.descriptor, "unread", 6, 0) == 6)
        hangUp()
        var bytes = ByteBuffer(string: "too late")
        #expect(!socket.send(&bytes) && bytes.readableBytes == 8)
        #expect(receive(atMost: 4).0 == .failed)
    }

    @Test func `a descriptor that is none is an error`() {
        #expect(throws: SystemCallError(errno: EBADF)) { try ClientSocket(duplicating: -1) }
    }
}
