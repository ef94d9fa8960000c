// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import STUNCodec

/// Listens and echoes.
enum EchoServer {
    /// - Parameter largestDatagram: in bytes; longer ones are cut.
    static func listenUDP(_ address: SocketAddress, largestDatagram: Int = 65_535) async throws -> any Channel {
        try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .datagramReads(of: largestDatagram)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramEcho())
                }
            }
            .bind(to: address).get()
    }

    static func listenTCP(_ address: SocketAddress) async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamEcho())
                }
            }
            .bind(to: address).get()
    }
}

extension DatagramBootstrap {
    /// Several datagrams with each system call, and a socket buffer that takes a burst.
    func datagramReads(of size: Int) -> DatagramBootstrap {
        let count = 16
        return channelOption(.datagramVectorReadMessageCount, value: count)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: count * size))
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelOption(.socketOption(.so_sndbuf), value: 4 << 20)
    }
}
