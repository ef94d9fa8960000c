// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Server

/// What a reload says has changed.
struct ConfigurationFingerprintTests {
    private func changes(
        from old: String,
        to new: String,
        _ flags: [String] = []
    ) async throws -> (live: [String], restart: [String]) {
        var changes: [ConfigurationFingerprint.Setting] = []
        try await withFile(old) { path in
            let source = try source(["--dev", "--config", path] + flags)
            let before = try source.read().1
            try new.write(toFile: path, atomically: true, encoding: .utf8)
            let after = try source.read().1
            changes = after.changes(since: before)
            let taken = before.takingLive(of: after)
            // What needs a restart is told again, until there was one.
            #expect(after.changes(since: taken) == changes.filter { !$0.isLive })
        }
        return (changes.filter(\.isLive).map(\.description), changes.filter { !$0.isLive }.map(\.description))
    }

    @Test func optionsAreNamed() async throws {
        let changed = try await changes(
            from: "log-level: info\nlisten: '127.0.0.1:1'\nuser: 'a:b'\nrealm: r",
            to: "log-level: debug\nlisten: '127.0.0.1:2'\nuser: 'a:c'\nrealm: r\nallocations-per-user: 3"
        )
        #expect(changed.live == ["allocations-per-user", "log-level", "user"] && changed.restart == ["listen"])
    }

    @Test func whatALayerAboveHidesHasNotChanged() async throws {
        let changed = try await changes(from: "log-level: info", to: "log-level: debug", ["--log-level", "trace"])
        #expect(changed.live.isEmpty && changed.restart.isEmpty)
    }

    @Test func theContentOfFilesCounts() async throws {
        try await withFile("north") { secrets in
            let source = try source(["--dev", "--auth-secret-file", secrets])
            let before = try source.read().1
            try "south".write(toFile: secrets, atomically: true, encoding: .utf8)
            #expect(try source.read().1.changes(since: before).map(\.description) == ["auth-secret-file"])
        }
    }

    @Test func realmsThatComeAndGoNeedARestart() async throws {
        let changed = try await changes(
            from: "realms:\n- {name: a, hosts: a.test, user: 'x:y'}\n- {name: b, hosts: b.test, user: 'x:y'}",
            to: "realms:\n- {name: a, hosts: a.test, user: 'x:z'}\n- {name: c, hosts: c.test, user: 'x:y'}"
        )
        #expect(changed.live == ["realms.a.user"] && changed.restart == ["realms.b", "realms.c"])
    }

    /// Only digests are kept.
    @Test func secretsAreNotKept() throws {
        let fingerprint = try source(["--dev", "--auth-secret", "hunter2", "--user", "a:hunter2"]).read().1
        #expect(!"\(fingerprint)".contains("hunter2") && !fingerprint.hashes.isEmpty)
    }
}
