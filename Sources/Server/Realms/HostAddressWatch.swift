// SPDX-License-Identifier: Apache-2.0

import Logging
import STUNCodec
import TURNRelay

/// The addresses of this host as they come and go, for the peer rules to deny.
actor HostAddressWatch {
    nonisolated let addresses: HostAddresses
    /// That peers know this host by, and that no interface has.
    private let external: [IPAddress]
    private let read: @Sendable () throws -> [IPAddress]
    private let logger: Logger
    /// So that a system that doesn't tell is told of once.
    private var isBroken = false

    /// Reading them takes some microseconds.
    private static let interval = Duration.seconds(2)

    /// Reads the addresses for the first time; throws what `read` throws.
    ///
    /// - Parameter read: gives those of all interfaces.
    init(
        external: [IPAddress],
        logger: Logger,
        read: @escaping @Sendable () throws -> [IPAddress] = HostAddresses.current
    ) throws {
        self.external = external
        self.logger = logger
        self.read = read
        addresses = HostAddresses(try read() + external)
    }

    /// Follows the system until the task is cancelled.
    func follow() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            refresh()
        }
    }

    /// Takes over what has changed. While the system doesn't tell, the addresses stay as they are.
    func refresh() {
        do {
            let isChanged = addresses.replace(with: try read() + external)
            isBroken = false
            if isChanged { logger.info("host addresses read again") }
        } catch {
            if !isBroken { logger.error("host addresses not read again", metadata: ["error": "\(error)"]) }
            isBroken = true
        }
    }
}
