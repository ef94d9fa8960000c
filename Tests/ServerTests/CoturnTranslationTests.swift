// SPDX-License-Identifier: Apache-2.0

import Foundation
import STUNCodec
import TURNRelay
import Testing

@testable import Server

/// `swiftturn import-coturn`: a turnserver.conf in the words of swiftturn.
struct CoturnTranslationTests {
    private func translate(_ text: String) throws -> CoturnTranslation {
        var translation = CoturnTranslation(text)
        try translation.translateCredentials(to: .none(source: "turnserver.conf"))
        return translation
    }

    private func configuration(_ text: String) async throws -> ServerConfiguration {
        var result: ServerConfiguration?
        try await withFile(try translate(text).yaml.text) { result = try await load(["--config", $0]) }
        return try #require(result)
    }

    private func remarks(_ text: String) throws -> [String] {
        try translate(text).remarks.compactMap { remark in
            remark.option.map { "\($0.line) \($0.name): \(remark.text)" }
        }
    }

    // MARK: Every option

    @Test func everyOptionIsTranslatedOrNamedWithAReason() throws {
        let known = CoturnTranslation.translated.union(CoturnOptionCatalog.names)
        #expect(CoturnOptions.names.subtracting(known) == [])
        #expect(known.subtracting(CoturnOptions.names) == [])
        #expect(CoturnTranslation.translated.isDisjoint(with: CoturnOptionCatalog.names))
    }

    /// What is listed as translated is: each such option alone makes another text than its absence, or a remark.
    @Test func everyTranslatedOptionChangesSomething() throws {
        let base = "cert=/c\npkey=/k\nrealm=r\n"
        // These change something only beside another one.
        let context = ["unauthorized-ratelimit-rps": "unauthorized-ratelimit\n"]
        for line in CoturnOptions.lines {
            let name = String(line.prefix { $0 != "=" })
            guard CoturnTranslation.translated.contains(name) else { continue }
            let before = try translate(base + context[name, default: ""])
            let after = try translate(base + context[name, default: ""] + line)
            let isDefault = ["listening-port=3478", "tls-listening-port=5349"].contains(line)
            #expect(isDefault || before.yaml.text != after.yaml.text || before.remarks != after.remarks, "\(line)")
        }
    }

    @Test func theWholeFileIsAConfigurationAndHasARemarkForTheRest() async throws {
        let text = CoturnOptions.lines.joined(separator: "\n")
        let remarked = Set(try translate(text).remarks.compactMap(\.option?.name))
        #expect(CoturnOptions.names.subtracting(CoturnTranslation.translated).subtracting(remarked) == [])
        let configuration = try await configuration(
            CoturnOptions.lines.filter { !["no-udp", "no-tcp", "no-tls"].contains($0) }.joined(separator: "\n")
        )
        #expect(configuration.relay.mode == .open && configuration.listen.count == 10)
    }

    @Test func anUnknownOptionIsNamed() throws {
        #expect(
            try remarks("\n# no-such-option\nno-such-option=1") == [
                "3 no-such-option: not translated: not an option of coturn"
            ]
        )
    }

    @Test func aSwitchThatIsOffAsksForNothing() throws {
        #expect(try remarks("secure-stun=0\nno-udp=off") == ["1 secure-stun: nothing to do: it is off"])
    }

    @Test func mobilityIsAsItWas() async throws {
        #expect(try await configuration("relay-ip=192.0.2.1\nmobility").relay.allowsMobility)
        #expect(try await configuration("relay-ip=192.0.2.1\nmobility=0").relay.allowsMobility == false)
    }

    @Test func tcpRelayIsOnUnlessItWasTurnedOff() async throws {
        #expect(try await configuration("relay-ip=192.0.2.1").relay.allowsTCPAllocations)
        #expect(try await configuration("relay-ip=192.0.2.1\nno-tcp-relay").relay.allowsTCPAllocations == false)
    }

    @Test(arguments: [("stale-nonce", "600"), ("channel-lifetime", "600"), ("rest-api-separator", ":")])
    func anOptionWithItsUsualValueNeedsNothing(name: String, value: String) throws {
        #expect(try remarks("\(name)=\(value)").first?.contains("nothing to do") == true)
        #expect(try remarks("\(name)=1").first?.contains("not translated") == true)
    }

    // MARK: Listeners

    @Test func listenersAreThoseOfCoturn() async throws {
        let plain = try await configuration("relay-ip=192.0.2.1")
        #expect(plain.listen.map(\.description) == ["udp:[::]:3478", "tcp:[::]:3478"])
        let all = try await configuration(
            "listening-ip=192.0.2.1\nlistening-ip=2001:db8::1\nlistening-port=443\ntls-listening-port=444\ncert=/c\npkey /k\nno-tcp"
        )
        #expect(
            all.listen.map(\.description) == [
                "udp:192.0.2.1:443", "tls:192.0.2.1:444", "udp:[2001:db8::1]:443", "tls:[2001:db8::1]:444",
            ]
        )
        #expect(all.identityFiles == [.init(certificate: "/c", privateKey: "/k")])
    }

    @Test func wrongValuesAreNamedWithoutThem() throws {
        let text = """
            listening-ip=secret
            listening-port=99999
            min-port=2000
            max-port=1000
            external-ip=192.0.2.1/2001:db8::1
            denied-peer-ip=9.9.9.9-1.1.1.1
            aux-server=192.0.2.1
            alternate-server=secret
            log-min-level=secret
            cert=/c
            user=secret
            realm=r
            """
        let remarks = try remarks(text)
        #expect(remarks.map { $0.prefix { $0 != " " } } == ["1", "2", "3", "5", "6", "7", "8", "9", "10", "11"])
        #expect(remarks.allSatisfy { $0.contains("not translated") && !$0.contains("secret") })
    }

    /// Without `listen`, swiftturn would listen on port 443.
    @Test func aFileWithoutListenersIsTold() throws {
        #expect(
            try translate("relay-ip=192.0.2.1\nno-udp\nno-tcp").remarks.map(\.text).contains { $0.hasPrefix("listen ") }
        )
    }

    // MARK: Relay

    @Test(arguments: [
        ("relay-ip=192.0.2.1", ["192.0.2.1"]),
        ("listening-ip=192.0.2.9", ["192.0.2.9"]),
        ("relay-ip=192.0.2.1\nexternal-ip=198.51.100.1", ["192.0.2.1=198.51.100.1"]),
        ("external-ip=198.51.100.1/192.0.2.1", ["192.0.2.1=198.51.100.1"]),
        (
            "relay-ip=192.0.2.1\nrelay-ip=192.0.2.2\nrelay-ip=2001:db8::1\nexternal-ip=198.51.100.2/192.0.2.2",
            ["192.0.2.1", "192.0.2.2=198.51.100.2", "2001:db8::1"]
        ),
    ])
    func relayAddresses(text: String, expected: [String]) async throws {
        #expect(try await configuration(text).relay.addresses.map(\.description) == expected)
    }

    @Test func withoutAnAddressTheOperatorIsTold() throws {
        let translation = try translate("external-ip=198.51.100.1")
        #expect(translation.yaml.text.contains("# relay-address: LOCAL=198.51.100.1"))
        #expect(translation.remarks.last?.option == nil)
    }

    @Test func portsThreadsAndAlternates() async throws {
        let text = """
            relay-ip=192.0.2.1
            min-port=1000
            relay-threads=3
            alternate-server=198.51.100.7
            alternate-server=[2001:db8::7]:443
            """
        let configuration = try await configuration(text)
        #expect(configuration.relay.ports == 1_000...65_535 && configuration.eventLoops == 3)
        #expect(configuration.relay.alternateServers.map(\.description) == ["198.51.100.7:3478", "[2001:db8::7]:443"])
        #expect(configuration.relay.alternateServerThreshold == 0)
    }

    @Test func limits() async throws {
        let text = """
            relay-ip=192.0.2.1
            user-quota=12
            total-quota=0
            max-bps=125000
            bps-capacity=0
            max-allocate-lifetime=3600
            unauthorized-ratelimit
            """
        let configuration = try await configuration(text)
        let (realm, limits) = (configuration.defaultRealm.limits, configuration.relay.limits)
        #expect(realm.allocationsPerUser == 12 && realm.allocationsInTotal == 10_000_000)
        #expect(realm.bytesPerSecondPerAllocation == 125_000 && realm.bytesPerSecondInTotal == 0)
        #expect(limits.maximumLifetime == 3600 && limits.challengesPerSecondPerAddress == 10)
    }

    // MARK: Peers

    /// In coturn an allowed address is an exception to a denied range; in PeerRules a denied one is to an allowed range.
    @Test func allowedPeersAreTakenOutOfDeniedRanges() async throws {
        let text = """
            relay-ip=192.0.2.1
            denied-peer-ip=8.8.0.0-8.8.255.255
            denied-peer-ip=2600::-2600::ffff
            allowed-peer-ip=8.8.8.8
            allowed-peer-ip=10.0.0.1-10.0.0.2
            """
        let realm = try await configuration(text).defaultRealm
        let rules = PeerRules(allow: realm.allowedPeers, deny: realm.deniedPeers)
        for (peer, isAllowed) in [
            ("8.8.8.8", true), ("8.8.8.7", false), ("8.8.8.9", false), ("8.8.0.0", false), ("8.8.255.255", false),
            ("8.7.255.255", true), ("8.9.0.0", true), ("10.0.0.1", true), ("10.0.0.2", true), ("10.0.0.3", false),
            ("2600::1", false), ("2600::1:0", true), ("127.0.0.1", false),
        ] {
            #expect(rules.allows(try #require(IPAddress(peer))) == isAllowed, "\(peer)")
        }
    }

    @Test func loopbackPeersCanBeAllowed() async throws {
        let realm = try await configuration("relay-ip=192.0.2.1\nallow-loopback-peers").defaultRealm
        #expect(realm.allowedPeers.map(\.description) == ["127.0.0.0/8", "::1/128"])
    }

    // MARK: Secrets

    private static let secrets = """
        relay-ip=192.0.2.1
        realm=example.org
        use-auth-secret
        static-auth-secret=north
        static-auth-secret="so uth"
        user=alice:wonder
        user=bob:0xbc807ee29df3c9ffa736523fb2c4e8ee
        cli-password=qwerty
        pkey-pwd=opensesame
        """

    @Test func secretsAreInNoOutput() throws {
        let translation = try translate(Self.secrets)
        let output = translation.yaml.text + translation.remarks.map(\.text).joined()
        for secret in ["north", "so uth", "wonder", "bc807ee2", "qwerty", "opensesame"] {
            #expect(!output.contains(secret), "\(secret)")
        }
        #expect(
            output.contains("# auth-secret-file: FILE") && output.contains("swiftturn users import 'turnserver.conf'")
        )
    }

    @Test func secretsGoToFilesOfTheirOwn() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var translation = CoturnTranslation(Self.secrets)
        try translation.translateCredentials(to: .directory(SecretsDirectory(path)))
        for file in ["auth-secrets", "users.db"] {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        try await withFile(translation.yaml.text) { file in
            let configuration = try await load(["--config", file])
            #expect(
                configuration.defaultRealm.authSecrets == ["north", "so uth"]
                    && configuration.defaultRealm.name == "example.org"
            )
            let users = try UserDatabase(try #require(configuration.defaultRealm.userDatabase), isReadOnly: true)
                .users()
            #expect(users.map(\.name) == ["alice", "bob"] && users.allSatisfy { $0.realm == "example.org" })
        }
        // What is there already is not written over.
        #expect(throws: StartupError.self) {
            try translation.translateCredentials(to: .directory(SecretsDirectory(path)))
        }
    }

    /// Keys of authorization servers are in coturn's database alone.
    @Test func whatIsMissingForAccessTokensIsTold() throws {
        let text = "relay-ip=192.0.2.1\noauth\nserver-name=\"a: b\""
        let lines = try translate(text).yaml.lines
        #expect(lines.contains("# oauth-key-file: FILE") && lines.contains(#"# oauth-server-name: "a: b""#))
        #expect(
            try remarks(text).contains(
                "2 oauth: the keys of coturn's table oauth_key have to be put into an oauth-key-file"
            )
        )
        for off in ["oauth=0\nserver-name=s", "server-name=s"] {
            #expect(try remarks(off).allSatisfy { $0.hasSuffix("nothing to do: oauth is off") })
            #expect(try remarks(off).contains { $0.contains("server-name") })
            #expect(try !translate(off).yaml.text.contains("oauth"))
        }
    }

    @Test func usersWithoutARealmAreNamed() throws {
        #expect(try remarks("user=alice:wonder").first?.contains("there is no realm") == true)
    }

    @Test func textInQuotationMarksCannotBreakOut() async throws {
        let realm = #"a"b\c: d #e '{f}'"#
        #expect(try await configuration("relay-ip=192.0.2.1\nrealm=\(realm)").defaultRealm.name == realm)
    }
}
