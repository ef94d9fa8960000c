// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Server

/// `serve --print-config`.
struct EffectiveConfigurationTests {
    private static let file = """
        call-host: call.test
        relay: open
        relay-address: ["192.0.2.1", "192.0.2.2=198.51.100.2"]
        event-loops: 3
        user: "alice:wonder,land"
        realms:
          - name: north
            hosts: [turn.north.test]
            user-file: /dev/null
            auth-secret: hunter2
            allocations-per-user: 7
        """

    private func printed(_ flags: [String] = [], _ environment: [String: String] = [:]) async throws -> [String] {
        var lines: [String] = []
        try await withFile(Self.file) { path in
            let source = try source(["--dev", "--config", path] + flags, environment)
            lines = try EffectiveConfiguration(source).yaml.replacing(path, with: "FILE").components(separatedBy: "\n")
        }
        return lines
    }

    @Test func eachValueSaysWhereItComesFrom() async throws {
        let lines = try await printed(["--plain-turn"], ["SWIFTTURN_LOG_LEVEL": "debug", "TURN_DOMAIN": "turn.test"])
        for line in [
            "dev: true  # flag --dev", "plain-turn: true  # flag --plain-turn", "call-host: \"call.test\"  # FILE:1",
            "turn-host: \"turn.test\"  # environment TURN_DOMAIN",
            "log-level: \"debug\"  # environment SWIFTTURN_LOG_LEVEL", "event-loops: 3  # FILE:4",
            "relay-address: [\"192.0.2.1\", \"192.0.2.2=198.51.100.2\"]  # FILE:3",
            "max-participants-per-room: 10  # default", "  - name: \"north\"  # FILE:7",
            "    allocations-per-user: 7  # FILE:11",
        ] {
            #expect(lines.contains(line), "\(line)\n\(lines.joined(separator: "\n"))")
        }
    }

    @Test func secretsAreNotShown() async throws {
        let text = try await printed(["--auth-secret", "opensesame"]).joined(separator: "\n")
        for secret in ["hunter2", "opensesame", "wonder", "random"] where secret != "random" {
            #expect(!text.contains(secret))
        }
        #expect(text.contains("# user: 1 given, not shown  # FILE:5"))
        #expect(text.contains("user-file: \"/dev/null\"  # FILE:9"))
    }

    /// What is printed can be served: with its secrets put back, it says the same.
    @Test func itIsAConfiguration() async throws {
        let lines = try await printed()
        let text = lines.joined(separator: "\n").replacing("# auth-secret: 1 given, not shown", with: "auth-secret: x")
        try await withFile(text) { path in
            let again = try source(["--config", path])
            let printed = try EffectiveConfiguration(again).yaml.components(separatedBy: "\n")
            func values(_ lines: [String]) -> [Substring] {
                lines.filter { !$0.contains("# user:") }.map { $0.prefix { $0 != "#" } }
            }
            #expect(values(printed) == values(lines))
        }
    }

    @Test func defaultsAreWhatHolds() async throws {
        let defaults = ConfigurationKey.allCases.compactMap { key -> String? in
            guard case .value(let content) = key.defaultValue else { return nil }
            return "\(key.rawValue): \(content.text)"
        }
        try await withFile(defaults.joined(separator: "\n")) { path in
            let given = try await load(["--dev", "--config", path])
            let plain = try await load(["--dev"])
            #expect(given.signaling == plain.signaling && given.credentialLifetime == plain.credentialLifetime)
            #expect(given.logLevel == plain.logLevel && given.relay.mode == plain.relay.mode)
        }
    }
}
