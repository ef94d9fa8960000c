// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import OpenSSLCrypto
internal import Synchronization

/// The identities a server has, replaceable while it runs. Handshakes that are under way keep what they chose.
package final class TLSIdentityStore: Sendable {
    private let index: Mutex<IdentityIndex>
    /// Encrypts session tickets (RFC 5077, section 4). It belongs to the store so that sessions outlive a renewed
    /// certificate and are good for every listener that uses the store.
    let ticketKey = SecureRandom.bytes(80)

    /// - Parameter identities: the first one serves clients that ask for no name or for an unknown one.
    package init(_ identities: [TLSIdentity]) {
        index = Mutex(IdentityIndex(identities))
    }

    /// Makes new handshakes choose among these.
    package func replace(with identities: [TLSIdentity]) {
        let replacement = IdentityIndex(identities)
        index.withLock { $0 = replacement }
    }

    /// The present identities, in the order given.
    package var identities: [TLSIdentity] {
        index.withLock { $0.identities }
    }

    /// The identity for a server name: the exact name, else a wildcard, else the first.
    package func identity(forServerName name: String?) -> TLSIdentity? {
        index.withLock { $0.identity(for: name) }
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

    func identity(for name: String?) -> TLSIdentity? {
        guard let name = name?.lowercased() else { return identities.first }
        if let identity = exact[name] { return identity }
        // RFC 6125, section 6.4.3: a wildcard stands for exactly one label.
        if let dot = name.firstIndex(of: "."), let identity = wildcards[String(name[name.index(after: dot)...])] {
            return identity
        }
        return identities.first
    }
}
