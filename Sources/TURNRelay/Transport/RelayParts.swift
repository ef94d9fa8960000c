// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto
import TURNCredentials

/// What the relays of all loops share.
struct RelayParts: Sendable {
    let configuration: RelayConfiguration
    let directory: RelayedAddressDirectory
    private let verifier: CredentialVerifier
    private let quota: AllocationQuota
    private let nonceSecret = SecureRandom.bytes(32)

    init(_ configuration: RelayConfiguration, _ verifier: CredentialVerifier) {
        self.configuration = configuration
        self.verifier = verifier
        directory = RelayedAddressDirectory(configuration.mode)
        quota = AllocationQuota(perUser: configuration.allocationsPerUser, total: configuration.allocationsInTotal)
    }

    /// - Parameter sockets: opens those of its allocations; nil where there are none to open.
    func relay(loop: Int, sockets: RelaySocketOpener?) throws(OpenSSLError) -> sending Relay {
        Relay(
            configuration: configuration,
            loop: loop,
            directory: directory,
            quota: quota,
            verifier: verifier,
            nonces: try NonceIssuer(secret: nonceSecret, lifetime: configuration.nonceLifetime.seconds),
            sockets: configuration.mode.isOpen ? sockets : nil,
            random: SecureRandom()
        )
    }
}

extension TimeAmount {
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
