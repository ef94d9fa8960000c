// SPDX-License-Identifier: Apache-2.0

package import Logging
package import NIOCore
package import OpenSSLCrypto
package import STUNCodec

/// The relay of a whole server: one ``Relay`` for each event loop, and the way for connections to get there.
package final class RelayServer: Sendable {
    private struct Loop: Sendable {
        let eventLoop: any EventLoop
        let relay: NIOLoopBoundBox<RelayLoop>
    }

    /// How often deadlines are looked at.
    private static let interval = TimeAmount.milliseconds(250)

    private let loops: [Loop]
    private let indices: [ObjectIdentifier: Int]
    private let directory: RelayedAddressDirectory

    /// - Parameter eventLoops: all loops that connections may arrive on.
    package init(
        configuration: RelayConfiguration,
        realms: RealmDirectory,
        eventLoops: [any EventLoop],
        logger: Logger
    ) throws(OpenSSLError) {
        let directory = RelayedAddressDirectory(address: configuration.relayAddress)
        let nonceSecret = SecureRandom.bytes(32)
        var loops: [Loop] = []
        for (index, eventLoop) in eventLoops.enumerated() {
            let relay = RelayLoop(
                relay: Relay(
                    configuration: configuration,
                    loop: index,
                    directory: directory,
                    realms: realms,
                    nonces: try NonceIssuer(secret: nonceSecret, lifetime: configuration.nonceLifetime.seconds),
                    random: SecureRandom()
                ),
                logger: logger
            )
            loops.append(Loop(eventLoop: eventLoop, relay: .makeBoxSendingValue(relay, eventLoop: eventLoop)))
        }
        self.loops = loops
        self.directory = directory
        self.indices = Dictionary(
            eventLoops.enumerated().map { (ObjectIdentifier($1), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        start()
    }

    /// Work queued on a loop now runs before any connection is attached to it.
    private func start() {
        let mailboxes = loops.map { LoopMailbox(recipient: $0.relay, eventLoop: $0.eventLoop) }
        for loop in loops {
            loop.eventLoop.execute { loop.relay.value.join(mailboxes) }
            loop.eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
                loop.relay.value.advance(to: .now())
            }
        }
    }

    /// Makes a connection a TURN client's. To be called on the channel's event loop, where plain bytes arrive from and
    /// leave through the end of the pipeline.
    ///
    /// - Parameters:
    ///   - address: the client's, which need not be the connection's: there may be a proxy between.
    ///   - acceptedAt: when the connection was accepted; its time to authenticate runs from there.
    ///   - serverName: that the client connected with (SNI), which may choose its realm.
    ///   - onDecided: called once, when the client has authenticated or is gone.
    package func attach(
        to channel: any Channel,
        from address: TransportAddress,
        acceptedAt: NIODeadline,
        serverName: String? = nil,
        onDecided: @escaping () -> Void = {}
    ) throws {
        guard let index = indices[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.operationUnsupported }
        let handler = ClientStreamHandler(
            loop: loops[index].relay.value,
            address: address,
            acceptedAt: acceptedAt,
            serverName: serverName,
            onDecided: onDecided
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Makes no new allocation from now on.
    package func drain() {
        for loop in loops {
            loop.eventLoop.execute { loop.relay.value.drain() }
        }
    }

    /// Allocations at this moment, over all event loops.
    package var allocationCount: Int { directory.count }

    /// The sum over all event loops.
    package func counters() async throws -> RelayCounters {
        var sum = RelayCounters()
        for loop in loops {
            sum.add(try await loop.eventLoop.submit { loop.relay.value.counters }.get())
        }
        return sum
    }
}

extension TimeAmount {
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
