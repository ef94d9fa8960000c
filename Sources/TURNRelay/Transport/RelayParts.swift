// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto

/// What the relays of all loops share.
struct RelayParts: Sendable {
    let configuration: RelayConfiguration
    let directory: RelayedAddressDirectory
    private let realms: RealmDirectory
    private let nonceSecret = SecureRandom.bytes(32)
    private let tickets: MobilityTickets?
    private let connections = ConnectionRegistry()

    init(_ configuration: RelayConfiguration, _ realms: RealmDirectory) {
        self.configuration = configuration
        self.realms = realms
        directory = RelayedAddressDirectory(configuration.mode)
        tickets = configuration.allowsMobility ? MobilityTickets() : nil
    }

    /// - Parameter sockets: opens those of its allocations; nil where there are none to open.
    func relay(loop: Int, sockets: RelaySocketOpener?) throws(OpenSSLError) -> sending Relay {
        Relay(
            configuration: configuration,
            loop: loop,
            directory: directory,
            realms: realms,
            nonces: try NonceIssuer(secret: nonceSecret, lifetime: configuration.nonceLifetime.seconds),
            sockets: configuration.mode.isOpen ? sockets : nil,
            tickets: tickets,
            connections: connections,
            random: SystemRandomNumberGenerator()
        )
    }
}

extension TimeAmount {
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
