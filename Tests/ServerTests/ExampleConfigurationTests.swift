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

    /// Options in comments are there to be used by taking the sign off.
    @Test func itsCommentsAreOptions() throws {
        let example = try #require(TextFile.read(Self.path))
        let text = example.split(separator: "\n").map { line in
            String(line.replacing(/^#\s?(?=[a-z-]+:|\s+- |    [a-z-]+:)/, with: ""))
        }
        let document = try ConfigurationDocument(text.joined(separator: "\n"), path: "example")
        #expect(document.problems == [])
        #expect(Set(document.options.keys).isSuperset(of: [.listen, .turnHost, .authSecretFile, .oauthKeyFile]))
        let realm = try #require(document.realms.first)
        #expect(document.realms.count == 1 && realm.name == "tenant.example" && realm.hosts == ["turn.tenant.example"])
        #expect(Set(realm.options.keys) == [.authSecretFile, .allocationsInTotal])
    }
}
