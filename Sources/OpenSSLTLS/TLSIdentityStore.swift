// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import OpenSSLCrypto
internal import Synchronization

/// The identities a server has, replaceable while it runs. Handshakes that are under way keep what they chose.
package final class TLSIdentityStore: Sendable {
    private let index: Mutex<IdentityIndex>
    private let servesUnknownNames: Bool
    /// By server name in lower case.
    private let challenges = Mutex<[String: TLSIdentity]>([:])
    /// Encrypts session tickets (RFC 5077, section 4). It belongs to the store so that sessions outlive a renewed
    /// certificate and are good for every listener that uses the store.
    let ticketKey = SecureRandom.bytes(80)

    /// - Parameters:
    ///   - identities: the first one serves clients that ask for no name.
    ///   - servesUnknownNames: whether it serves those that ask for an unknown one, too; else they get an alert.
    package init(_ identities: [TLSIdentity], servesUnknownNames: Bool = false) {
        index = Mutex(IdentityIndex(identities))
        self.servesUnknownNames = servesUnknownNames
    }

    /// Makes new handshakes choose among these.
    package func replace(with identities: [TLSIdentity]) {
        let replacement = IdentityIndex(identities)
        index.withLock { $0 = replacement }
    }

    /// Makes new handshakes that offer `acme-tls/1` alone get these, by server name in lower case, and no others
    /// (RFC 8737, section 3).
    package func replaceChallenges(with challenges: [String: TLSIdentity]) {
        self.challenges.withLock { $0 = challenges }
    }

    func challenge(forServerName name: String) -> TLSIdentity? {
        challenges.withLock { $0[name.lowercased()] }
    }

    /// The present identities, in the order given.
    package var identities: [TLSIdentity] {
        index.withLock { $0.identities }
    }

    /// The identity for a server name: the exact name, else a wildcard; the first for no name.
    package func identity(forServerName name: String?) -> TLSIdentity? {
        index.withLock { index in
            guard let name else { return index.identities.first }
            return index.identity(for: name.lowercased()) ?? (servesUnknownNames ? index.identities.first : nil)
        }
    }
}

private struct IdentityIndex {
    let identities: [TLSIdentity]
    private var exact: [String: TLSIdentity] = [:]
    /// By what follows `*.`.
    private var wildcards: [String: TLSIdentity] = [:]

    init(_ identities: [TLSIdentity]) {
        self.identities = identities
        for identity in identities {
            for name in identity.summary.dnsNames.map({ $0.lowercased() }) { add(identity, name) }
        }
    }

    /// The first identity with a name keeps it.
    private mutating func add(_ identity: TLSIdentity, _ name: String) {
        if name.hasPrefix("*.") {
            let parent = String(name.dropFirst(2))
            wildcards[parent] = wildcards[parent] ?? identity
        } else {
            exact[name] = exact[name] ?? identity
        }
    }

    func identity(for name: String) -> TLSIdentity? {
        if let identity = exact[name] { return identity }
        // RFC 6125, section 6.4.3: a wildcard stands for exactly one label.
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return wildcards[String(name[name.index(after: dot)...])]
    }
}
