// SPDX-License-Identifier: Apache-2.0

import Dispatch
import NIOCore
import NIOEmbedded
import NIOPosix
import OpenSSLCrypto
import OpenSSLTLS
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
    /// 200 clients at once on one loop, on which something else goes on between their steps.
    @Test func manyHandshakesOnOneLoop() async throws {
        let network = try await Loopback()
        let ticks = Mutex(0)
        let ticker = network.group.next().scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { _ in
            ticks.withLock { $0 += 1 }
        }
        let ticksBefore = ticks.withLock { $0 }
        let answers = try await withThrowingTaskGroup(of: String.self) { tasks in
            for index in 0..<200 {
                tasks.addTask { try await network.exchange("message \(index)") }
            }
            return try await tasks.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == Set((0..<200).map { "message \($0)" }))
        #expect(ticks.withLock { $0 } > ticksBefore)
        ticker.cancel()
        try await network.stop()
    }

    /// While one handshake is stuck in a step, an established connection on the same loop is served.
    @Test func stuckStepStallsNobodyElse() async throws {
        let network = try await Loopback()
        let established = try await network.connect()
        try await established.executeThenClose { inbound, outbound in
            var answers = inbound.makeAsyncIterator()
            try await outbound.write(ByteBuffer(string: "one"))
            #expect(try await answers.next() == ByteBuffer(string: "one"))

            let gate = Gate()
            for _ in 0..<Loopback.poolThreads { network.pool.submit { _ in gate.wait() } }
            async let stuck = network.exchange("stuck")
            for _ in 0..<20 {
                try await outbound.write(ByteBuffer(string: "two"))
                #expect(try await answers.next() == ByteBuffer(string: "two"))
            }
            gate.open(for: Loopback.poolThreads)
            #expect(try await stuck == "stuck")
        }
        try await network.stop()
    }

    /// A handler whose step is still with the pool when the channel closes.
    @Test func closingDuringAStep() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let configuration = try Fixtures.server(Fixtures.identity("a.test"))
        for _ in 0..<20 {
            let server = try await ServerOnTestingChannel(configuration, pool)
            let gate = Gate()
            pool.submit { _ in gate.wait() }
            try await server.receiveHello()
            try await server.channel.close().get()
            gate.open()
            try await pool.runIfActive {}
            await server.channel.testingEventLoop.run()
            #expect(try await server.log() == ["inactive"])
            #expect(try await server.channel.readOutbound(as: ByteBuffer.self) == nil)
        }
        try await pool.shutdownGracefully()
    }

    @Test func inputDuringAStepIsBounded() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let gate = Gate()
        pool.submit { _ in gate.wait() }
        let server = try await ServerOnTestingChannel(Fixtures.server(Fixtures.identity("a.test")), pool)
        try await server.receiveHello()
        for _ in 0..<100 where server.channel.isActive {
            try await server.receive(ByteBuffer(repeating: 0, count: 10_000))
        }
        #expect(try await server.error()?.reason == .tooMuchInput)
        #expect(try await server.log() == ["error", "inactive"])
        gate.open()
        try await pool.shutdownGracefully()
    }

    @Test func readsWaitForTheStep() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let gate = Gate()
        pool.submit { _ in gate.wait() }
        let server = try await ServerOnTestingChannel(Fixtures.server(Fixtures.identity("a.test")), pool)
        try await server.receiveHello()
        server.channel.read()
        await server.channel.testingEventLoop.run()
        #expect(try await server.readRequests() == 0)
        gate.open()
        try await pool.runIfActive {}
        await server.channel.testingEventLoop.run()
        #expect(try await server.readRequests() > 0)
        #expect(try await server.channel.readOutbound(as: ByteBuffer.self) != nil)
        try await pool.shutdownGracefully()
    }

    /// A server of TLS 1.3 has signed when it has answered: the rest is not worth a way to a thread and back.
    @Test func lastStepNeedsNoThread() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let server = try await ServerOnTestingChannel(Fixtures.server(Fixtures.identity("a.test")), pool)
        let client = try Endpoint(TLSClientHandler(configuration: Fixtures.client(), serverName: "a.test"))
        try client.connect()
        try await server.receive(#require(try client.channel.readOutbound(as: ByteBuffer.self)))
        try await pool.runIfActive {}
        await server.channel.testingEventLoop.run()
        let answer = try #require(try await server.channel.readOutbound(as: ByteBuffer.self))
        client.channel.pipeline.fireChannelRead(answer)
        client.channel.pipeline.fireChannelReadComplete()

        let gate = Gate()
        pool.submit { _ in gate.wait() }
        try await server.receive(#require(try client.channel.readOutbound(as: ByteBuffer.self)))
        #expect(try await server.log() == ["handshake"])
        gate.open()
        try await pool.shutdownGracefully()
    }

    /// Who connects while nothing is relayed may say hello when something is.
    @Test func whereAStepRunsIsDecidedThen() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let gate = Gate()
        pool.submit { _ in gate.wait() }
        let isBusy = Mutex(false)
        let server = try await ServerOnTestingChannel(Fixtures.server(Fixtures.identity("a.test"))) {
            isBusy.withLock { $0 } ? .threads(pool) : .inline
        }
        isBusy.withLock { $0 = true }
        try await server.receiveHello()
        #expect(try await server.channel.readOutbound(as: ByteBuffer.self) == nil)
        gate.open()
        try await pool.runIfActive {}
        await server.channel.testingEventLoop.run()
        #expect(try await server.channel.readOutbound(as: ByteBuffer.self) != nil)
        try await pool.shutdownGracefully()
    }

    @Test func stoppedPoolIsAnError() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        let server = try await ServerOnTestingChannel(Fixtures.server(Fixtures.identity("a.test")), pool)
        try await server.receiveHello()
        await server.channel.testingEventLoop.run()
        #expect(try await server.error()?.description == "server is stopping")
        #expect(!server.channel.isActive)
    }
}

/// A server's pipeline on a channel in memory that other threads may schedule work on.
private struct ServerOnTestingChannel {
    let channel = NIOAsyncTestingChannel()
    private let recorder: NIOLoopBound<Recorder>
    private let tap: NIOLoopBound<WireTap>

    init(_ configuration: TLSServerConfiguration, _ pool: NIOThreadPool) async throws {
        try await self.init(configuration) { .threads(pool) }
    }

    init(
        _ configuration: TLSServerConfiguration,
        executor: @escaping @Sendable () -> TLSHandshakeExecutor
    ) async throws {
        let channel = channel
        let loop = channel.testingEventLoop
        (recorder, tap) = try await loop.executeInContext {
            let (recorder, tap) = (Recorder(), WireTap())
            let handler = TLSServerHandler(configuration: configuration, executor: executor())
            try channel.pipeline.syncOperations.addHandlers(tap, handler, recorder)
            return (NIOLoopBound(recorder, eventLoop: loop), NIOLoopBound(tap, eventLoop: loop))
        }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 443)).get()
    }

    /// Brings in what a client says first.
    func receiveHello() async throws {
        try await receive(Self.hello())
    }

    private static func hello() throws -> ByteBuffer {
        let client = try Endpoint(TLSClientHandler(configuration: Fixtures.client(), serverName: "a.test"))
        try client.connect()
        return try #require(try client.channel.readOutbound(as: ByteBuffer.self))
    }

    func receive(_ bytes: ByteBuffer) async throws {
        let channel = channel
        try await channel.testingEventLoop.executeInContext {
            channel.pipeline.fireChannelRead(bytes)
            channel.pipeline.fireChannelReadComplete()
        }
    }

    func log() async throws -> [String] {
        try await channel.testingEventLoop.executeInContext { [recorder] in recorder.value.log }
    }

    func error() async throws -> TLSError? {
        try await channel.testingEventLoop.executeInContext { [recorder] in recorder.value.tlsError }
    }

    func readRequests() async throws -> Int {
        try await channel.testingEventLoop.executeInContext { [tap] in tap.value.readRequests }
    }
}

/// A server that echoes, and clients, on sockets and one event loop.
private struct Loopback: Sendable {
    static let poolThreads = 2
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let pool = NIOThreadPool(numberOfThreads: poolThreads)
    private let client: TLSClientConfiguration
    private let listener: any Channel

    init() async throws {
        pool.start()
        let executor = TLSHandshakeExecutor.threads(pool)
        let server = try Fixtures.server(Fixtures.identity("a.test"))
        client = try Fixtures.client()
        listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = TLSServerHandler(configuration: server, executor: executor)
                    try channel.pipeline.syncOperations.addHandlers(handler, EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let (client, pool) = (client, pool)
        return try await ClientBootstrap(group: group).connect(to: listener.localAddress!) { channel in
            channel.eventLoop.makeCompletedFuture {
                let executor = TLSHandshakeExecutor.threads(pool)
                let handler = TLSClientHandler(configuration: client, serverName: "a.test", executor: executor)
                try channel.pipeline.syncOperations.addHandler(handler)
                return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    }

    /// Sends `text` over a connection of its own and returns as much as came back.
    func exchange(_ text: String) async throws -> String {
        try await connect().executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ""
            for try await bytes in inbound {
                answer += String(buffer: bytes)
                if answer.utf8.count >= text.utf8.count { break }
            }
            return answer
        }
    }

    func stop() async throws {
        try await listener.close()
        try await pool.shutdownGracefully()
        try await group.shutdownGracefully()
    }
}

/// Holds threads until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() {
        semaphore.wait()
    }

    func open(for threads: Int = 1) {
        for _ in 0..<threads { semaphore.signal() }
    }
}
