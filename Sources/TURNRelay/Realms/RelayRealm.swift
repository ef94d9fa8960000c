// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials

/// A realm: who may use the relay, and how much of it. Shared by the relays of all event loops.
package final class RelayRealm: Sendable {
    let verifier: CredentialVerifier
    package let quota: AllocationQuota
    let peerRules: PeerRules
    let bandwidth: Bandwidth

    init(_ configuration: RealmConfiguration, of server: ServerBudget = ServerBudget(ServerLimits())) {
        verifier = CredentialVerifier(
            users: configuration.users,
            secrets: configuration.secrets,
            tokens: configuration.tokens
        )
        bandwidth = Bandwidth(configuration.bandwidth, server: server.bandwidth)
        peerRules = configuration.peerRules
        quota = AllocationQuota(
            perUser: configuration.allocationsPerUser,
            total: configuration.allocationsInTotal,
            server: server.allocations
        )
    }

    package var name: String { verifier.realm }

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
