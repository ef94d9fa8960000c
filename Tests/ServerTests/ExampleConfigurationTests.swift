// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Server

/// deploy/swiftturn.example.yaml, which operators begin with.
struct ExampleConfigurationTests {
    private static let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "deploy/swiftturn.example.yaml").path

    @Test func itIsGoodAsItIs() async throws {
        let configuration = try await load(["--config", Self.path])
        #expect(configuration.callHost == "call.example.com" && configuration.realms.isEmpty)
    }

    /// The example with the sign taken off all options in comments.
    private static func uncommented() throws -> String {
        let example = try #require(TextFile.read(path))
        let text = example.split(separator: "\n").map { line in
            String(line.replacing(/^#\s?(?=[a-z-]+:|\s+- |    [a-z-]+:)/, with: ""))
        }
        return text.joined(separator: "\n")
    }

    @Test func itsCommentsAreOptions() throws {
        let document = try ConfigurationDocument(try Self.uncommented(), path: "example")
        #expect(document.problems == [])
        #expect(
            Set(document.options.keys).isSuperset(of: [
                .listen, .turnHost, .authSecretFile, .oauthKeyFile, .relay, .logFormat, .drainSeconds,
            ])
        )
        let realm = try #require(document.realms.first)
        #expect(document.realms.count == 1 && realm.name == "tenant.example" && realm.hosts == ["turn.tenant.example"])
        #expect(Set(realm.options.keys) == [.authSecretFile, .allocationsInTotal])
    }

    /// And their values are good, together, with certificates that come by themselves and with others.
    @Test(arguments: [["call-host", "turn-host", "certificate", "private-key"], ["domain", "turn-domain", "acme-"]])
    func itsCommentsAreGood(without others: [String]) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = [
            "secret": "north", "users": "alice:wonder", "tenant-secret": "south", "metrics-token": "0123456789abcdef",
            "admin-token": String(repeating: "x", count: 32),
            "acme-accounts": "account \(Data(repeating: 1, count: 32).base64EncodedString())",
            "oauth-keys": "key A128GCM \(Data(repeating: 1, count: 16).base64EncodedString())",
        ]
        for (name, text) in files {
            let file = directory.appending(path: name)
            try text.write(to: file, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        let lines = try Self.uncommented().split(separator: "\n").filter { line in
            !others.contains { line.hasPrefix($0) }
        }
        let text = lines.joined(separator: "\n").replacing("/etc/swiftturn/", with: directory.path + "/")
        try await withFile(text) { path in
            let configuration = try await load(["--config", path])
            #expect(configuration.relay.mode == .open && configuration.realms.count == 1)
            #expect(configuration.defaultRealm.authSecrets == ["north"] && configuration.logFormat == .json)
        }
    }
}
