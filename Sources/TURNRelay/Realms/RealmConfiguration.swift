// SPDX-License-Identifier: Apache-2.0

package import TURNCredentials

/// What an operator can set about one realm.
package struct RealmConfiguration: Sendable {
    /// Users and the realm's name.
    package var users: UserDirectory
    /// Of ephemeral credentials.
    package var secrets: [String]
    /// Of authorization servers; nil when none is trusted.
    package var tokens: AccessTokenVerifier?
    /// Clients that connect with one of these names, or come from a web origin on it, belong to the realm.
    package var hostNames: [String] = []
    /// Which peers its allocations may reach in an open relay.
    package var peerRules = PeerRules()
    package var bandwidth = BandwidthLimits()
    package var allocationsPerUser = 100
    package var allocationsInTotal = 10_000

    package init(users: UserDirectory, secrets: [String]) {
        self.users = users
        self.secrets = secrets
    }
}
