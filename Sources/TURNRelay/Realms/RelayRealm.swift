// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Synchronization
import TURNCredentials

/// A realm: who may use the relay, and how much of it. Shared by the relays of all threads.
package final class RelayRealm: Sendable {
    /// What may change while the server runs. The lock is held to copy it.
    private struct Settings {
        let verifier: CredentialVerifier
        let peerRules: PeerRules

        init(_ configuration: RealmConfiguration) {
            verifier = CredentialVerifier(
                users: configuration.users,
                secrets: configuration.secrets,
                tokens: configuration.tokens
            )
            peerRules = configuration.peerRules
        }
    }

    package let name: String
    package let quota: AllocationQuota
    let bandwidth: Bandwidth
    private let settings: Mutex<Settings>

    init(_ configuration: RealmConfiguration, of server: ServerBudget = ServerBudget(ServerLimits())) {
        name = configuration.users.realm
        settings = Mutex(Settings(configuration))
        bandwidth = Bandwidth(configuration.bandwidth, server: server)
        quota = AllocationQuota(
            perUser: configuration.allocationsPerUser,
            total: configuration.allocationsInTotal,
            server: server.allocations
        )
    }

    /// Takes over all but the name and the host names. Allocations that there are live on as they were let in.
    func update(_ configuration: RealmConfiguration) {
        let replacement = Settings(configuration)
        settings.withLock { $0 = replacement }
        bandwidth.update(configuration.bandwidth)
        quota.update(perUser: configuration.allocationsPerUser, total: configuration.allocationsInTotal)
    }

    var verifier: CredentialVerifier { settings.withLock { $0.verifier } }
    var peerRules: PeerRules { settings.withLock { $0.peerRules } }

    var algorithmOffer: AlgorithmOffer {
        verifier.everyoneHasSHA256 ? .sha256AndMD5 : .md5
    }

    /// > If the "nonce cookie" is present and has the STUN Security Feature "Username anonymity" bit set to 1, then
    /// > the USERHASH attribute MUST be used
    /// RFC 8489, section 9.2.5. Ephemeral user names cannot be found by their hash, so a realm that takes them
    /// must not set the bit. USERHASH is taken from long-term users either way.
    var securityFeatures: SecurityFeatures {
        verifier.findsEveryoneByHash ? [.passwordAlgorithms, .usernameAnonymity] : .passwordAlgorithms
    }
}
