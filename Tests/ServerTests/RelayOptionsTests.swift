// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TURNRelay
import Testing

@testable import Server

/// The options about relaying, and what the relay makes of them.
struct RelayOptionsTests {
    private static let open = ["--dev", "--relay", "open", "--relay-address", "192.0.2.1"]

    @Test func defaults() async throws {
        let relay = try await load(["--dev"]).relay
        #expect(relay == RelayOptions())
        #expect(relay.mode == .closed && relay.addresses.isEmpty && relay.ports == 49_152...65_535)
    }

    @Test func openRelay() async throws {
        let flags = [
            "--dev", "--relay", "open", "--relay-address", "10.0.0.5=192.0.2.5", "--relay-address", "2001:db8::5",
            "--relay-ports", "50000-50999", "--allow-peer", "10.0.0.0/8", "--allow-peer", "fd00::1", "--deny-peer",
            "192.0.2.0/24", "--alternate-server", "192.0.2.9:3478", "--alternate-server", "[2001:db8::9]:3478",
            "--alternate-server-threshold", "500",
        ]
        let configuration = try await load(flags)
        let (relay, realm) = (configuration.relay, configuration.defaultRealm)
        #expect(relay.mode == .open && relay.ports == 50_000...50_999)
        #expect(relay.addresses.map(\.description) == ["10.0.0.5=192.0.2.5", "2001:db8::5"])
        #expect(relay.addresses.map(\.external) == [IPAddress("192.0.2.5"), nil])
        #expect(realm.allowedPeers.map(\.description) == ["10.0.0.0/8", "fd00::1/128"])
        #expect(realm.deniedPeers.map(\.description) == ["192.0.2.0/24"])
        #expect(relay.alternateServers.map(\.description) == ["192.0.2.9:3478", "[2001:db8::9]:3478"])
        #expect(relay.alternateServerThreshold == 500)
    }

    @Test func mobility() async throws {
        #expect(try await load(["--dev"]).relay.allowsMobility == false)
        #expect(try await load(["--dev", "--mobility"]).relay.allowsMobility)
        #expect(try await load(["--dev"], ["SWIFTTURN_MOBILITY": "true"]).relay.allowsMobility)
        try await withFile("mobility: true") { path in
            let configuration = try await load(["--dev", "--config", path])
            #expect(configuration.relay.allowsMobility)
        }
    }

    @Test func tcpRelay() async throws {
        #expect(try await load(Self.open).relay.allowsTCPAllocations == false)
        #expect(try await load(Self.open + ["--tcp-relay"]).relay.allowsTCPAllocations)
        #expect(try await load(Self.open, ["SWIFTTURN_TCP_RELAY": "true"]).relay.allowsTCPAllocations)
        let options = try await load(Self.open + ["--tcp-relay"]).relay
        #expect(RelayConfiguration(options).allowsTCPAllocations)
        await #expect(throws: StartupError.self) { try await load(["--dev", "--tcp-relay"]) }
    }

    private static let limits: [(name: String, value: Int)] = [
        ("allocations-per-user", 1), ("allocations-in-total", 2), ("permissions-per-allocation", 3),
        ("channels-per-allocation", 4), ("maximum-lifetime", 605), ("bytes-per-second-per-allocation", 6),
        ("bytes-per-second-per-user", 7), ("bytes-per-second-in-total", 0), ("challenges-per-second-per-address", 9),
        ("connections-per-allocation", 10),
    ]

    private static let relayLimits = RelayLimits(
        permissionsPerAllocation: 3,
        channelsPerAllocation: 4,
        connectionsPerAllocation: 10,
        maximumLifetime: 605,
        challengesPerSecondPerAddress: 9
    )

    private static let realmLimits = RealmLimits(
        allocationsPerUser: 1,
        allocationsInTotal: 2,
        bytesPerSecondPerAllocation: 6,
        bytesPerSecondPerUser: 7,
        bytesPerSecondInTotal: 0
    )

    private func expectLimits(_ configuration: ServerConfiguration) {
        #expect(configuration.relay.limits == Self.relayLimits)
        #expect(configuration.defaultRealm.limits == Self.realmLimits)
    }

    @Test func limitsOnTheCommandLine() async throws {
        let flags = Self.limits.flatMap { ["--\($0.name)", "\($0.value)"] }
        expectLimits(try await load(["--dev"] + flags))
    }

    @Test func limitsInTheEnvironment() async throws {
        let environment = Self.limits.map { name, value in
            ("SWIFTTURN_" + name.uppercased().split(separator: "-").joined(separator: "_"), "\(value)")
        }
        expectLimits(try await load(["--dev"], Dictionary(uniqueKeysWithValues: environment)))
    }

    @Test func limitsInTheFile() async throws {
        try await withFile(Self.limits.map { "\($0.name): \($0.value)" }.joined(separator: "\n")) { path in
            expectLimits(try await load(["--dev", "--config", path]))
        }
    }

    @Test(arguments: [
        "relay-address: [\"192.0.2.1\", \"2001:db8::1\"]", "relay-address: 192.0.2.1, 2001:db8::1",
        "relay-address:\n  - 192.0.2.1\n  - 2001:db8::1",
    ])
    func listsInTheFile(yaml: String) async throws {
        try await withFile("relay: open\n\(yaml)") { path in
            let relay = try await load(["--dev", "--config", path]).relay
            #expect(relay.addresses.map(\.description) == ["192.0.2.1", "2001:db8::1"])
        }
    }

    @Test func theRelayGetsWhatIsGivenAndItsDefaultsOtherwise() async throws {
        let flags = Self.limits.flatMap { ["--\($0.name)", "\($0.value)"] }
        let options = try await load(["--dev", "--relay-address", "192.0.2.7"] + flags).relay
        let configuration = RelayConfiguration(options)
        #expect(configuration.mode == .closed(IPAddress(ipv4: 0xC000_0207)))
        #expect(configuration.permissionsPerAllocation == 3 && configuration.channelsPerAllocation == 4)
        #expect(configuration.connectionsPerAllocation == 10)
        #expect(configuration.maximumLifetime == .seconds(605))
        let defaults = RelayConfiguration(RelayOptions())
        #expect(defaults.permissionsPerAllocation == RelayConfiguration().permissionsPerAllocation)
    }

    @Test func theDefaultRealmGetsItsLimits() {
        let before = RealmConfiguration(users: UserDirectory([], realm: "r"), secrets: [])
        var realm = before
        var options = RealmOptions()
        options.limits = RealmLimits(allocationsPerUser: 1, allocationsInTotal: 2, bytesPerSecondInTotal: 0)
        realm.set(options, hostAddresses: HostAddresses())
        #expect(realm.allocationsPerUser == 1 && realm.allocationsInTotal == 2 && realm.bandwidth.inTotal == nil)
        realm = before
        realm.set(RealmOptions(), hostAddresses: HostAddresses())
        #expect(realm.allocationsPerUser == before.allocationsPerUser)
    }

    @Test(arguments: [
        (["--relay-address", "192.0.2.1,192.0.2.2"], "192.0.2.1,192.0.2.2"),
        (["--relay-address", "192.0.2.1=192.0.2.2"], "192.0.2.1=192.0.2.2"),
        (["--relay-address", "192.0.2.1", "--relay-address", "192.0.2.2"], "2"),
        (["--relay-ports", "1-2"], "relay-ports"), (["--allow-peer", "10.0.0.0/8"], "allow-peer"),
        (["--deny-peer", "10.0.0.0/8"], "deny-peer"), (["--alternate-server-threshold", "1"], "--alternate-server"),
        (["--alternate-server", "192.0.2.1"], "192.0.2.1"), (["--alternate-server", "192.0.2.1:0"], "192.0.2.1:0"),
        (["--allocations-per-user", "0"], "allocations-per-user"), (["--maximum-lifetime", "10"], "600"),
        (["--channels-per-allocation", "1025"], "1024"), (["--bytes-per-second-in-total=-1"], "-1"),
    ])
    func errorsOfAClosedRelay(flags: [String], word: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(["--dev"] + flags) }
        #expect(error?.description.contains(word) == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test(arguments: [
        (["--relay-address", "192.0.2.1"], "twice"), (["--relay-address", "0.0.0.0"], "0.0.0.0"),
        (["--relay-address", "192.0.2.2=2001:db8::1"], "2001:db8::1"), (["--relay-address", "="], "'='"),
        (["--relay-address", "192.0.2.2=192.0.2.3=192.0.2.4"], "192.0.2.4"), (["--relay-address", ""], "''"),
        (["--relay-ports", "1"], "'1'"), (["--relay-ports", "2-1"], "2-1"), (["--relay-ports", "0-9"], "0-9"),
        (["--relay-ports", "1-65536"], "65536"), (["--relay-ports", "1-2-3"], "1-2-3"),
        (["--allow-peer", "10.0.0.0/33"], "10.0.0.0/33"), (["--deny-peer", "example.com"], "example.com"),
    ])
    func errorsOfAnOpenRelay(flags: [String], word: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(Self.open + flags) }
        #expect(error?.description.contains(word) == true)
        #expect(error?.description.contains("\n") == false)
    }

    /// A socket bound to all addresses is good behind NAT, where clients are told another one.
    @Test func allAddressesCanStandForAnother() async throws {
        let relay = try await load(["--dev", "--relay", "open", "--relay-address", "0.0.0.0=192.0.2.1"]).relay
        #expect(relay.addresses.map(\.description) == ["0.0.0.0=192.0.2.1"])
    }
}
