// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Logging
import STUNCodec
import SignalHub
import TURNRelay
import Testing

@testable import Server

/// The layers of configuration: flags over environment over file over the first specification's names.
struct ServerConfigurationTests {
    private static let certificate = ["--certificate", "c.pem", "--private-key", "k.pem"]

    @Test func defaults() async throws {
        let configuration = try await load(Self.certificate)
        #expect(
            configuration.listen.isEmpty && configuration.signaling.roomSize == 10
                && configuration.defaultRealm.authSecrets == ["random"]
        )
        #expect(configuration.iceTransportPolicy == .relay && !configuration.servesPlainTURN)
        #expect(configuration.identityFiles == [.init(certificate: "c.pem", privateKey: "k.pem")])
    }

    /// The server would make one up, and turn everybody away whose credentials others issue.
    @Test(arguments: ["", "\n", "# north\n\n  \n", "#"])
    func aFileOfSecretsWithoutAnyIsAMistake(text: String) async throws {
        try await withFile(text) { path in
            for flags in [[], ["--auth-secret", "north"]] {
                let error = await #expect(throws: StartupError.self) {
                    try await load(Self.certificate + ["--auth-secret-file", path] + flags)
                }
                #expect(error?.description.contains("auth-secret-file '\(path)' has no secret in it") == true)
                #expect(error?.kind == .configuration)
            }
            #expect(throws: StartupError.self) { try SecretOption.value(nil, file: path) }
        }
    }

    @Test func theFirstSecretOfAFileIssues() async throws {
        try await withFile("# since May\nnorth\nsouth\n") { path in
            let configuration = try await load(Self.certificate + ["--auth-secret-file", path])
            #expect(configuration.defaultRealm.authSecrets == ["north", "south"])
            #expect(try SecretOption.value(nil, file: path) == "north")
        }
    }

    @Test func development() async throws {
        let configuration = try await load(["--dev"])
        #expect(configuration.listen.map(\.description) == ["127.0.0.1:8443"] && configuration.isDevelopment)
        let elsewhere = try await load(["--dev", "--listen", "127.0.0.1:9000"])
        #expect(elsewhere.listen.map(\.description) == ["127.0.0.1:9000"])
    }

    @Test func withoutTLSThereIsNoCertificate() async throws {
        let configuration = try await load(["--listen", "udp:127.0.0.1:3478", "--listen", "tcp:127.0.0.1:3478"])
        #expect(configuration.identityFiles.isEmpty && configuration.listen.map(\.transport) == [.udp, .tcp])
    }

    @Test func everyOptionInTheEnvironment() async throws {
        let configuration = try await load(
            [],
            [
                "SWIFTTURN_LISTEN": "192.0.2.1:443/web, 192.0.2.2:443/turn", "SWIFTTURN_CALL_HOST": "call.example.com",
                "SWIFTTURN_TURN_HOST": "turn.example.com", "SWIFTTURN_CERTIFICATE": "a,b",
                "SWIFTTURN_PRIVATE_KEY": "c,d",
                "SWIFTTURN_REALM": "r", "SWIFTTURN_AUTH_SECRET": "s1,s2", "SWIFTTURN_USER": "alice:wonder:land",
                "SWIFTTURN_RELAY": "closed", "SWIFTTURN_RELAY_ADDRESS": "192.0.2.7",
                "SWIFTTURN_ICE_TRANSPORT_POLICY": "all", "SWIFTTURN_WEB_ROOT": "/srv", "SWIFTTURN_EVENT_LOOPS": "3",
                "SWIFTTURN_LOG_LEVEL": "debug", "SWIFTTURN_MAX_PARTICIPANTS_PER_ROOM": "4",
                "SWIFTTURN_CREDENTIAL_LIFETIME": "60", "SWIFTTURN_PLAIN_TURN": "true",
                "SWIFTTURN_ALLOWED_ORIGIN": "https://example.com",
                "SWIFTTURN_PROXY_PROTOCOL_FROM": "10.0.0.0/8,2001:db8::7",
                "SWIFTTURN_WEBSOCKETS_IN_TOTAL": "10000", "SWIFTTURN_WEBSOCKETS_PER_ADDRESS": "500",
                "SWIFTTURN_MESSAGES_PER_SECOND_PER_WEBSOCKET": "100",
            ]
        )
        #expect(configuration.listen.map(\.roles) == [.web, .turn])
        #expect(configuration.callHost == "call.example.com" && configuration.turnHost == "turn.example.com")
        #expect(configuration.identityFiles.map(\.privateKey) == ["c", "d"] && configuration.defaultRealm.name == "r")
        #expect(
            configuration.defaultRealm.authSecrets == ["s1", "s2"]
                && configuration.defaultRealm.users.map(\.password) == ["wonder:land"]
        )
        #expect(
            configuration.relay.addresses.map(\.description) == ["192.0.2.7"]
                && configuration.iceTransportPolicy == .all
        )
        #expect(configuration.webRoot == "/srv" && configuration.eventLoops == 3 && configuration.logLevel == .debug)
        #expect(configuration.signaling.roomSize == 4 && configuration.credentialLifetime == 60)
        #expect(configuration.servesPlainTURN && configuration.allowedOrigins == ["https://example.com"])
        let signaling = configuration.signaling
        #expect(signaling.connections == 10_000 && signaling.connectionsPerAddress == 500)
        // What goes with the rate is twice the default as well.
        #expect(
            signaling.messagesPerSecond == 100 && signaling.messageBurst == 400
                && signaling.bytesPerSecond == 256 * 1024
        )
        #expect(configuration.proxies.map(\.description) == ["10.0.0.0/8", "2001:db8::7/128"])
    }

    @Test func everyOptionInTheFile() async throws {
        let yaml = """
            dev: false
            listen: ["192.0.2.1:443"]
            call-host: call.example.com
            certificate: c.pem
            private-key: k.pem
            auth-secret: ["with, comma"]
            user: ["bob:builder"]
            max-participants-per-room: 5
            plain-turn: true
            """
        try await withFile(yaml) { path in
            let configuration = try await load(["--config", path])
            #expect(configuration.listen.map(\.description) == ["192.0.2.1:443"])
            #expect(configuration.identityFiles.count == 1 && configuration.defaultRealm.authSecrets == ["with, comma"])
            #expect(
                configuration.signaling.roomSize == 5 && configuration.servesPlainTURN
                    && configuration.defaultRealm.users.count == 1
            )
        }
    }

    @Test func precedence() async throws {
        try await withFile("call-host: file.test\nrealm: file\nturn-host: file.test") { path in
            let environment = [
                "SWIFTTURN_CONFIG": path, "SWIFTTURN_CALL_HOST": "environment.test", "SWIFTTURN_REALM": "environment",
                "DOMAIN": "legacy.test", "TURN_DOMAIN": "legacy.test", "MAX_PARTICIPANTS_PER_ROOM": "7",
            ]
            let configuration = try await load(Self.certificate + ["--call-host", "flag.test"], environment)
            #expect(configuration.callHost == "flag.test" && configuration.defaultRealm.name == "environment")
            #expect(configuration.turnHost == "file.test" && configuration.signaling.roomSize == 7)
        }
    }

    @Test func namesOfTheFirstSpecification() async throws {
        let configuration = try await load(
            Self.certificate,
            ["DOMAIN": "call.test", "TURN_DOMAIN": "turn.test", "TURN_USERNAME": "v", "TURN_PASSWORD": "a,b:c"]
        )
        #expect(configuration.callHost == "call.test" && configuration.turnHost == "turn.test")
        #expect(configuration.defaultRealm.users.map(\.password) == ["a,b:c"])
    }

    @Test func secretsFromFiles() async throws {
        try await withFile("# rotated\nnew secret\n\nold\n") { path in
            let configuration = try await load(Self.certificate + ["--auth-secret-file", path])
            #expect(configuration.defaultRealm.authSecrets == ["new secret", "old"])
        }
    }

    @Test(arguments: [
        ([], "--certificate"), (["--certificate", "c"], "pairs"), (["--dev", "--relay", "open"], "relay-address"),
        (["--dev", "--relay", "half"], "half"), (["--dev", "--relay-address", "localhost"], "localhost"),
        (["--dev", "--relay-address", "::1"], "::1"), (["--dev", "--ice-transport-policy", "some"], "some"),
        (["--dev", "--log-level", "loud"], "loud"), (["--dev", "--event-loops", "0"], "0"),
        (["--dev", "--call-host", "a/b"], "a/b"), (["--dev", "--call-host", ""], "host"),
        (["--dev", "--user", ":p"], "user 1"),
        (["--dev", "--auth-secret", ""], "empty"), (["--dev", "--max-participants-per-room", "1"], "1"),
        (["--dev", "--auth-secret-file", "/nonexistent"], "/nonexistent"),
        (["--config", "/nonexistent"], "/nonexistent"),
        (["--dev", "--listen", "x"], "x"), (["--listen", "tls:127.0.0.1:1"], "--certificate"),
        (["--dev", "--proxy-protocol-from", "10.0.0.1/8"], "10.0.0.0/8"),
    ])
    func errorsNameWhatIsWrong(flags: [String], word: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(flags) }
        #expect(error?.description.contains(word) == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test(arguments: [
        ("cal-host: x", "unknown option 'cal-host'"), ("- a\n- b", "lines"), ("listen: [", ":2: this is not YAML"),
        ("a: b: c", ":1: this is not YAML"), ("event-loops: many", "event-loops 'many'"), ("realm: [a]", "one value"),
        ("listen: {a: b}", "'listen'"), ("listen: [[a]]", "'listen'"), ("realm: a\nrealm: b", "twice: 'realm'"),
        ("dev: 5", "dev '5'"), ("realm:", "'realm' has no value"), ("listen: ~", "'listen' has no value"),
    ])
    func badFiles(yaml: String, words: String) async throws {
        try await withFile(yaml) { path in
            let error = await #expect(throws: StartupError.self) {
                try await load(Self.certificate + ["--config", path])
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test func badNumbersInTheEnvironment() async throws {
        let error = await #expect(throws: StartupError.self) {
            try await load(["--dev"], ["SWIFTTURN_EVENT_LOOPS": "two"])
        }
        #expect(
            error?.description == "environment SWIFTTURN_EVENT_LOOPS: event-loops 'two' is not a number"
        )
        await #expect(throws: StartupError.self) { try await load(["--dev"], ["SWIFTTURN_PLAIN_TURN": "perhaps"]) }
    }

    /// File, line and option, also of what only turns out to be wrong when it is used.
    @Test(arguments: [
        ("realm: a\ncal-host: x", 2, "unknown option 'cal-host' (did you mean 'call-host'?)"),
        ("quux: x", 1, "unknown option 'quux'"), ("realm: a\n\nevent-loops: many", 3, "event-loops 'many'"),
        ("realm: a\nlog-level: loud", 2, "log-level 'loud'"), ("realm:\n  - a", 1, "'realm' has one value"),
        ("user: ['a:b', c]", 1, "user 2 is not NAME:PASSWORD"),
        ("realm: a\nuser-file: /nonexistent", 2, "user-file '/nonexistent' cannot be read"),
        ("realms:\n  - {name: a, hosts: b, usr: 'a:b'}", 2, "unknown option 'usr' (did you mean 'user'?)"),
        ("realms:\n  - name: a\n    hosts: b\n    user: c", 4, "realm 'a': user 1 is not NAME:PASSWORD"),
        ("realms:\n  - name: a\n    user: 'c:d'", 2, "realm 'a': no client could get there"),
        ("# new\nconfig-version: 2\nflux: x", 2, "'config-version' 2 is of a newer swiftturn"),
    ])
    func errorsNameFileLineAndOption(yaml: String, line: Int, words: String) async throws {
        try await withFile(yaml) { path in
            let error = await #expect(throws: StartupError.self) {
                try await load(Self.certificate + ["--config", path])
            }
            #expect(error?.description.hasPrefix("\(path):\(line): \(words)") == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func aFileTellsAllItsProblems() throws {
        let document = try ConfigurationDocument("a: 1\nrealm: [x]\nconfig-version: 1\nuserr: x", path: "f")
        #expect(document.problems.map { $0.description.prefix(4) } == ["f:1:", "f:2:", "f:4:"])
    }

    @Test(arguments: [
        ("cal-host", "call-host"), ("Listen", "listen"), ("max-participants-per-rom", "max-participants-per-room"),
        ("logl-evel", "log-level"), ("turn_host", "turn-host"), ("frobnicate", nil), ("x", nil),
    ])
    func theNearestOptionIsSuggested(name: String, option: String?) {
        #expect(NearestName.to(name, among: ConfigurationKey.allCases.map(\.rawValue)) == option)
    }

    @Test func unknownVariables() throws {
        let environment = ["SWIFTTURN_CAL_HOST": "x", "SWIFTTURN_LISTEN": "x", "OTHER": "x"]
        let source = ConfigurationSource(flags: try .parse([]), environment: environment, generatedSecret: "")
        let unknown = [("SWIFTTURN_CAL_HOST", " (did you mean 'SWIFTTURN_CALL_HOST'?)")]
        #expect(source.unknownVariables == unknown.map { .init(name: $0.0, suggestion: $0.1) })
    }

    /// An error about users or secrets never repeats them.
    @Test func secretsAreNotRepeated() async throws {
        let error = await #expect(throws: StartupError.self) { try await load(["--dev", "--user", "hunter2"]) }
        #expect(error?.description.contains("hunter2") == false)
    }
}
