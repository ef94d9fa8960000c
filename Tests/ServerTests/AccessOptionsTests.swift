// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Server

/// Who may read metrics, and who may look after the server.
struct AccessOptionsTests {
    private static let token = "correct-horse-battery"

    private func withToken(_ text: String, _ body: (String) async throws -> Void) async throws {
        try await withFile(text) { path in
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try await body(path)
        }
    }

    @Test func `nobody unless it is configured`() async throws {
        #expect(try await load(["--dev"]).metrics == AccessOptions())
    }

    @Test func `whoever has the token of the file`() async throws {
        try await withToken("# for Prometheus\n\(Self.token)\n") { path in
            let metrics = try await load(["--dev", "--metrics-token-file", path, "--metrics-socket", "/run/m"]).metrics
            #expect(metrics.socket == "/run/m")
            let token = try #require(metrics.token)
            #expect(token.isIn("Bearer \(Self.token)") && token.isIn("bearer \(Self.token)"))
            let others = [
                nil, "", "Bearer", "Bearer ", Self.token, "Basic \(Self.token)", "Bearer \(Self.token)x",
                "Bearer \(Self.token.dropLast())", "Bearer  \(Self.token)", "Bearer \(Self.token) ",
            ]
            for other in others { #expect(!token.isIn(other), "\(other ?? "nil")") }
        }
    }

    @Test func `a token for administration is longer`() async throws {
        try await withToken(String(repeating: "x", count: 31)) { path in
            let error = await #expect(throws: StartupError.self) {
                try await load(["--dev", "--admin-token-file", path])
            }
            #expect(
                error?.description.contains("admin-token-file") == true && error?.description.contains("32") == true
            )
        }
        try await withToken(String(repeating: "x", count: 32)) { path in
            let admin = try await load(["--dev", "--admin-token-file", path, "--admin-socket", "/run/a"]).admin
            #expect(
                admin.socket == "/run/a" && admin.token?.isIn("Bearer " + String(repeating: "x", count: 32)) == true
            )
        }
    }

    @Test func `two sockets need two paths`() async throws {
        let error = await #expect(throws: StartupError.self) {
            try await load(["--dev", "--metrics-socket", "/run/a", "--admin-socket", "/run/a"])
        }
        #expect(error?.kind == .configuration && error?.description.contains("admin-socket") == true)
    }

    @Test(arguments: [
        "", "\n", "# only this\n", "fifteen-letters", "correct horse battery", "\(token)\n\(token)",
        "correct-hörse-battery",
    ])
    func `a file without a good token is a mistake`(text: String) async throws {
        try await withToken(text) { path in
            let error = await #expect(throws: StartupError.self) {
                try await load(["--dev", "--metrics-token-file", path])
            }
            #expect(error?.kind == .configuration && error?.description.contains("metrics-token-file") == true)
            #expect(text.isEmpty || error?.description.contains("orrect") != true)
        }
    }

    @Test func `a token that others may read is none`() async throws {
        try await withFile(Self.token) { path in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let error = await #expect(throws: StartupError.self) {
                try await load(["--dev", "--metrics-token-file", path])
            }
            #expect(error?.kind == .configuration)
        }
    }

    @Test func `an option that does nothing is a mistake`() async throws {
        try await withToken(Self.token) { path in
            let error = await #expect(throws: StartupError.self) {
                try await load(["--listen", "udp:127.0.0.1:3478", "--metrics-token-file", path])
            }
            #expect(error?.description == "metrics-token-file is for listeners that serve the web, and none does")
        }
    }

    @Test(arguments: [String(repeating: "a", count: 108), "a\0b"])
    func `a path that no socket can have is a mistake`(path: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(["--dev", "--metrics-socket", path]) }
        #expect(error?.kind == .configuration)
    }

    @Test func `a file that is not there cannot be read`() async throws {
        let error = await #expect(throws: StartupError.self) {
            try await load(["--dev", "--metrics-token-file", "/nonexistent"])
        }
        #expect(error?.kind == .noInput)
    }
}
