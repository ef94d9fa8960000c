// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import OpenSSLCrypto
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

private let program = "/usr/bin/turnutils_uclient"

/// coturn's own client against the relay, where it is installed.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: program)))
struct CoturnClientTests {
    /// Its built-in keys; it draws one for each Allocate and each Refresh. The line feeds are in its base64.
    private static func tokens() throws -> AccessTokenVerifier {
        func key(_ kid: String, _ algorithm: AEADAlgorithm, _ text: String) throws -> OAuthKey {
            try OAuthKey(kid: kid, algorithm: algorithm, key: Array(text.utf8))
        }
        return AccessTokenVerifier(
            serverName: "turn.example.org",
            keys: [
                try key("north", .aes256GCM, "01234567890123456789012345678901\n"),
                try key("union", .aes128GCM, "1234567890123456\n"),
                try key("oldempire", .aes256GCM, "12345678901234567890123456789012\n"),
            ]
        )
    }

    /// Sends between pairs of its own allocations.
    private func run(_ arguments: [String], port: Int) async throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments =
            ["-t", "-y", "-s", "-c", "-n", "3", "-m", "4"] + arguments + ["-p", "\(port)", "127.0.0.1"]
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try process.run()
                        return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                    }
                )
            }
        }
    }

    @Test(arguments: [["-u", "alice", "-w", "wonder"], ["-u", "carol", "-W", Bench.secret], ["-J"]])
    func sendsAndReceives(arguments: [String]) async throws {
        try await withRelay(tokens: Self.tokens()) { _, address in
            let output = try await run(arguments, port: address.port ?? 0)
            #expect(output.contains("Total lost packets 0 (0.000000%)"), "\(output)")
        }
    }

    @Test func tokensOfKeysThatAreNotOursAreRefused() async throws {
        let tokens = AccessTokenVerifier(serverName: "turn.example.org", keys: [])
        try await withRelay(tokens: tokens) { relay, address in
            let output = try await run(["-J"], port: address.port ?? 0)
            #expect(relay.allocationCount == 0 && !output.contains("Total lost packets 0"), "\(output)")
        }
    }
}
