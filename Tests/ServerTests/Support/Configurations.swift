// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

@testable import Server

/// What `serve` makes of its flags and its environment.
func load(_ flags: [String] = [], _ environment: [String: String] = [:]) async throws -> ServerConfiguration {
    try source(flags, environment).read().0
}

/// What `serve` would read its configuration from.
func source(_ flags: [String] = [], _ environment: [String: String] = [:]) throws -> ConfigurationSource {
    ConfigurationSource(flags: try ServeOptions.parse(flags), environment: environment, generatedSecret: "random")
}

/// Calls `body` with the path of a file that holds `text`.
func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
}
