// SPDX-License-Identifier: Apache-2.0

import TURNRelay
import Testing

@testable import Server

/// `realms` of the configuration file.
struct RealmOptionsTests {
    private static let open = "relay: open\nrelay-address: 192.0.2.1\n"

    private func load(_ yaml: String) async throws -> ServerConfiguration {
        var configuration: ServerConfiguration?
        try await withFile("dev: true\n" + yaml) { path in
            configuration = try await ServerTests.load(["--config", path])
        }
        return try #require(configuration)
    }

    // MARK: Options

    @Test func everyOptionOfARealm() async throws {
        let yaml = """
            realms:
              - name: a.example
                hosts: [turn.a.example, Calls.A.example.]
                auth-secret: ["with, comma"]
                user: ["alice:wonder, land"]
                user-database: /var/lib/users.db
                oauth-key-file: /etc/keys
                oauth-server-name: tokens.a.example
                allow-peer: [10.0.0.0/8]
                deny-peer: 10.1.0.0/16, 10.2.0.0/16
                allocations-per-user: 1
                allocations-in-total: 2
                bytes-per-second-per-allocation: 3
                bytes-per-second-per-user: 4
                bytes-per-second-in-total: 5
            """
        let configuration = try await load(Self.open + yaml)
        let realm = try #require(configuration.realms.first)
        #expect(configuration.realms.count == 1 && realm.name == "a.example")
        #expect(realm.hosts == ["turn.a.example", "Calls.A.example."])
        #expect(realm.authSecrets == ["with, comma"] && realm.users.map(\.password) == ["wonder, land"])
        #expect(realm.userDatabase == "/var/lib/users.db")
        #expect(realm.oauth == .init(keyFile: "/etc/keys", serverName: "tokens.a.example"))
        #expect(realm.allowedPeers.map(\.description) == ["10.0.0.0/8"])
        #expect(realm.deniedPeers.map(\.description) == ["10.1.0.0/16", "10.2.0.0/16"])
        #expect(realm.limits.allocationsPerUser == 1 && realm.limits.allocationsInTotal == 2)
        #expect(realm.limits.bytesPerSecondPerAllocation == 3 && realm.limits.bytesPerSecondPerUser == 4)
        #expect(realm.limits.bytesPerSecondInTotal == 5)
        // Nothing of it got to the default realm.
        #expect(configuration.defaultRealm.authSecrets == ["random"] && configuration.defaultRealm.users.isEmpty)
        #expect(configuration.defaultRealm.limits == RealmLimits() && configuration.defaultRealm.allowedPeers.isEmpty)
    }

    @Test func secretsAndUsersOfARealmFromFiles() async throws {
        try await withFile("# rotated\nnew:1\n\nold:2\n") { path in
            let realms = "realms: [{name: a, hosts: a, auth-secret-file: \(path), user-file: \(path)}]"
            let realm = try #require(try await load(realms).realms.first)
            #expect(realm.authSecrets == ["new:1", "old:2"] && realm.users.map(\.name) == ["new", "old"])
        }
    }

    @Test func hostsMayBeAddressesAndOneText() async throws {
        let yaml = """
            realms:
              - {name: a, hosts: ["192.0.2.7", "2001:DB8:0::7"], auth-secret: s}
              - {name: b, hosts: "turn.b.example, b.example", auth-secret: s}
            """
        #expect(
            try await load(yaml).realms.map(\.hosts) == [
                ["192.0.2.7", "2001:db8::7"], ["turn.b.example", "b.example"],
            ]
        )
    }

    /// Anchors of YAML save an operator of many realms from saying everything again.
    @Test func valuesMayBeShared() async throws {
        let yaml = """
            user: &staff ["alice:wonder"]
            realms:
              - {name: a, hosts: a, user: *staff}
            """
        #expect(try await load(yaml).realms.first?.users.map(\.name) == ["alice"])
    }

    // MARK: The top level

    @Test func whatARealmDoesNotSayIsAsAtTheTopLevel() async throws {
        let yaml = """
            allocations-per-user: 1
            allocations-in-total: 2
            bytes-per-second-per-allocation: 3
            bytes-per-second-per-user: 4
            bytes-per-second-in-total: 5
            allow-peer: 10.0.0.0/8
            deny-peer: 10.9.0.0/16
            auth-secret: top
            user: ["top:p"]
            realms:
              - {name: a, hosts: a, auth-secret: s}
              - {name: b, hosts: b, auth-secret: s, bytes-per-second-per-user: 0, deny-peer: 10.8.0.0/16}
            """
        let configuration = try await load(Self.open + yaml)
        let (first, second) = (configuration.realms[0], configuration.realms[1])
        #expect(first.limits.allocationsPerUser == 1 && first.limits.allocationsInTotal == 2)
        #expect(first.limits.bytesPerSecondPerAllocation == 3 && first.limits.bytesPerSecondPerUser == 4)
        #expect(first.limits.bytesPerSecondInTotal == nil && second.limits.bytesPerSecondPerUser == 0)
        // What is denied is denied to all; what is allowed is allowed to one.
        #expect(first.allowedPeers.isEmpty && first.deniedPeers.map(\.description) == ["10.9.0.0/16"])
        #expect(second.deniedPeers.map(\.description) == ["10.8.0.0/16", "10.9.0.0/16"])
        #expect(configuration.defaultRealm.deniedPeers.map(\.description) == ["10.9.0.0/16"])
        // Credentials are each realm's own.
        #expect(first.authSecrets == ["s"] && first.users.isEmpty)
    }

    @Test func withoutRealmsThereIsTheDefaultOne() async throws {
        for yaml in ["", "realms: []"] {
            let configuration = try await load("realm: r\n" + yaml)
            #expect(configuration.realms.isEmpty && configuration.defaultRealm.name == "r")
        }
    }

    // MARK: Errors

    @Test(arguments: [
        ("{name: a, hosts: a, auth-secrets: s}", ":5: ", "unknown option 'auth-secrets'"),
        ("{name: a, hosts: a, host: b, auth-secret: s}", ":5: ", "unknown option 'host'"),
        (
            "{name: a, hosts: a, listen: '[::]:1', auth-secret: s}", ":5: ",
            "'listen' is an option of the whole"
        ),
        ("{name: a, hosts: a, realm: b, auth-secret: s}", ":5: ", "'realm' is an option of the whole"),
        ("{name: a, hosts: a, auth-secret: {b: c}}", ":5: ", "'auth-secret' is neither"),
        ("{name: a, hosts: a, auth-secret-file: [b, c]}", ":5: ", "'auth-secret-file' has one value"),
        ("{name: a, hosts: {b: c}, auth-secret: s}", ":5: ", "'hosts' is neither"),
        ("{name: a, hosts: a, hosts: b, auth-secret: s}", ":5: ", "twice: 'hosts'"),
        ("{hosts: a, auth-secret: s}", ":5: ", "has no 'name'"),
        ("{name: '', hosts: a, auth-secret: s}", ":5: ", "has no 'name'"),
        ("text", ":5: ", "lines"),
        ("{name: a, hosts: a, auth-secret: ''}", "realm 'a': ", "auth-secret is empty"),
        ("{name: a, hosts: a, auth-secret-file: /nonexistent}", "realm 'a': ", "auth-secret-file '/nonexistent'"),
        ("{name: a, hosts: a, user: u:p, auth-secret-file: /dev/null}", "realm 'a': ", "'/dev/null' has no secret"),
        ("{name: a, hosts: a, user: alice}", "realm 'a': ", "user 1 is not NAME:PASSWORD"),
        (
            "{name: a, hosts: a, auth-secret: s, allocations-per-user: 0}", "realm 'a': ",
            "allocations-per-user 0 is not"
        ),
        ("{name: a, hosts: a, auth-secret: s, allocations-per-user: x}", "realm 'a': ", "'x' is not a number"),
        ("{name: a, hosts: a, auth-secret: s, deny-peer: 10.0.0.1/8}", "realm 'a': ", "deny-peer '10.0.0.1/8'"),
        ("{name: a, hosts: a, auth-secret: s, oauth-server-name: t}", "realm 'a': ", "needs oauth-key-file"),
        ("{name: a, hosts: a}", "realm 'a': ", "nobody could authenticate"),
        ("{name: a, hosts: a, user-file: /dev/null}", "realm 'a': ", "nobody could authenticate"),
        ("{name: a, auth-secret: s}", "realm 'a': ", "no client could get there"),
        ("{name: a, hosts: [], auth-secret: s}", "realm 'a': ", "no client could get there"),
        ("{name: a, hosts: [''], auth-secret: s}", "realm 'a': ", "''"),
        ("{name: a, hosts: ., auth-secret: s}", "realm 'a': ", "'.' is neither"),
        ("{name: a, hosts: \(String(repeating: "a", count: 254)), auth-secret: s}", "realm 'a': ", "a' is neither"),
        ("{name: a, hosts: [2001:db8::7, '2001:DB8:0::7'], auth-secret: s}", "realm 'a': ", "'2001:db8::7' too"),
        ("{name: a, hosts: a, auth-secret: }", ":5: ", "'auth-secret' has no value"),
        ("{name: a, hosts: 'a:443', auth-secret: s}", "realm 'a': ", "'a:443' is neither"),
        ("{name: a, hosts: 'https://a', auth-secret: s}", "realm 'a': ", "'https://a' is neither"),
        ("{name: \"a\\nb\", hosts: a, auth-secret: s}", "realm ", "no control characters"),
        ("{name: top, hosts: a, auth-secret: s}", "realm 'top' ", "default realm's name"),
        ("{name: a, hosts: [a, A.], auth-secret: s}", "realm 'a': ", "'A.' too"),
        ("{name: a, hosts: a, auth-secret: s}, {name: a, hosts: b, auth-secret: s}", "realm 'a' ", "twice"),
        ("{name: a, hosts: a, auth-secret: s}, {name: b, hosts: A, auth-secret: s}", "realm 'b': ", "realm 'a' has"),
    ])
    func errorsNameTheRealmAndWhatIsWrong(realms: String, place: String, words: String) async throws {
        let error = await #expect(throws: StartupError.self) {
            try await load(Self.open + "realm: top\nrealms: [\(realms)]")
        }
        let description = try #require(error?.description)
        #expect(description.contains(place) && description.contains(words), "\(description)")
    }

    @Test(arguments: ["realms: a", "realms: {name: a}", "realms:"])
    func realmsAreAList(yaml: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(yaml) }
        #expect(error?.description.contains("'realms' is not a list of realms") == true)
    }

    @Test func peersOfARealmAreForAnOpenRelay() async throws {
        let yaml = "realms: [{name: a, hosts: a, auth-secret: s, allow-peer: 10.0.0.0/8}]"
        let error = await #expect(throws: StartupError.self) { try await load(yaml) }
        #expect(error?.description.contains("realm 'a': allow-peer is for an open relay") == true)
    }

    @Test func secretsOfARealmAreNotRepeated() async throws {
        for option in ["user: hunter2", "auth-secret: [[hunter2]]", "oauth-key-file: [hunter2]"] {
            let yaml = "realms: [{name: a, hosts: a, \(option)}]"
            let error = await #expect(throws: StartupError.self) { try await load(yaml) }
            #expect(error?.description.contains("hunter2") == false)
        }
    }

    /// The name of the default realm may be that of the certificate, which is read later.
    @Test func namesAreCheckedAgainWithThoseOfTheCertificate() async throws {
        let realms = try await load("realms: [{name: a, hosts: [a.example], auth-secret: s}]").realms
        try RealmOptions.check(realms, defaultName: "turn.example", turnHost: "turn.example")
        #expect(throws: StartupError.self) { try RealmOptions.check(realms, defaultName: "a") }
        #expect(throws: StartupError.self) {
            try RealmOptions.check(realms, defaultName: "turn.example", turnHost: "A.example")
        }
    }
}
