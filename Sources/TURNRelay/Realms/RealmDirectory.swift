// SPDX-License-Identifier: Apache-2.0

/// The realms of a server, and which one a client belongs to.
package struct RealmDirectory: Sendable {
    /// Of clients that no name tells anything about.
    package let defaultRealm: RelayRealm
    private let byHost: [String: RelayRealm]
    /// Whether payloads have to be counted at all.
    let limitsBandwidth: Bool

    /// Of several realms with the same host name, the first gets its clients.
    package init(default first: RealmConfiguration, others: [RealmConfiguration] = []) {
        defaultRealm = RelayRealm(first)
        limitsBandwidth = ([first] + others).contains { $0.bandwidth.isLimited }
        var byHost: [String: RelayRealm] = [:]
        for (configuration, realm) in [(first, defaultRealm)] + others.map({ ($0, RelayRealm($0)) }) {
            for host in configuration.hostNames.compactMap(HostName.init(name:)) where byHost[host.text] == nil {
                byHost[host.text] = realm
            }
        }
        self.byHost = byHost
    }

    /// - Parameter serverName: of TLS (SNI); nil when the client sent none.
    func realm(serverName: String?) -> RelayRealm? {
        serverName.flatMap(HostName.init(name:)).flatMap { byHost[$0.text] }
    }

    /// - Parameter origin: `https://example.com:8443`, as in ORIGIN.
    func realm(origin: String) -> RelayRealm? {
        HostName(origin: origin).flatMap { byHost[$0.text] }
    }
}

/// A host name in the form that names are compared in: lower case, without the dot of the root.
private struct HostName {
    /// RFC 1035, section 3.1, in text.
    private static let maximumLength = 253

    let text: String

    init?(name: String) {
        let bytes = name.utf8.last == UInt8(ascii: ".") ? name.utf8.dropLast() : name.utf8[...]
        guard !bytes.isEmpty, bytes.count <= Self.maximumLength else { return nil }
        text = String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// The host of a web origin: what is between `//` and the port.
    init?(origin: String) {
        let bytes = Array(origin.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[(colon + 1)...].starts(with: "//".utf8) else {
            return nil
        }
        let authority = bytes[(colon + 3)...]
        let isIPv6 = authority.first == UInt8(ascii: "[")
        let end = authority.firstIndex { $0 == UInt8(ascii: isIPv6 ? "]" : ":") || $0 == UInt8(ascii: "/") }
        self.init(
            name: String(decoding: authority[..<(end ?? authority.endIndex)].dropFirst(isIPv6 ? 1 : 0), as: UTF8.self)
        )
    }
}
