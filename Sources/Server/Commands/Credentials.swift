// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TURNCredentials

/// `swiftturn credentials`.
struct Credentials: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue a time-limited TURN credential.",
        discussion: "The form is the common TURN REST convention: other TURN servers with the same secret take it too."
    )

    @Option(help: ArgumentHelp("The secret of the server.", valueName: "secret"))
    var authSecret: String?

    @Option(help: ArgumentHelp("A file with the secret on its first line: others can't see it.", valueName: "file"))
    var authSecretFile: String?

    @Option(help: ArgumentHelp("What the server's limits and logs know the client by.", valueName: "name"))
    var user = "user"

    @Option(help: ArgumentHelp("How long the credential is good.", valueName: "seconds"))
    var ttl: Int64 = 3600

    @Option(help: ArgumentHelp("Good for peers in the same room only.", valueName: "name"))
    var room: String?

    @Option(help: ArgumentHelp("The TURN server in the iceServers JSON.", valueName: "uri"))
    var url = "turns:localhost:443?transport=tcp"

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            guard ttl > 0 else { throw StartupError.configuration("--ttl \(ttl) is not a positive number of seconds") }
            let secret = try SecretOption.value(authSecret, file: authSecretFile)
            let now = Int64(Date().timeIntervalSince1970)
            let credential = try CredentialIssuer(secret: secret, lifetime: ttl).issue(user: user, room: room, now: now)
            printOutput(try text(credential))
        }
    }

    private struct Output: Encodable {
        struct Server: Encodable {
            let urls: [String]
            let username: String
            let credential: String
        }

        let username: String
        let password: String
        let expires: Int64
        let iceServers: [Server]
    }

    private func text(_ credential: EphemeralCredential) throws -> String {
        let server = Output.Server(urls: [url], username: credential.username, credential: credential.password)
        let output = Output(
            username: credential.username,
            password: credential.password,
            expires: credential.expiresAt,
            iceServers: [server]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if json { return String(decoding: try encoder.encode(output), as: UTF8.self) }
        let expiry = Date(timeIntervalSince1970: TimeInterval(credential.expiresAt)).formatted(.iso8601)
        return """
            username:   \(credential.username)
            password:   \(credential.password)
            expires:    \(expiry)
            iceServers: \(String(decoding: try encoder.encode([server]), as: UTF8.self))
            """
    }
}

/// A secret given directly or in a file.
enum SecretOption {
    static func value(_ direct: String?, file: String?) throws(StartupError) -> String {
        if let direct, !direct.isEmpty { return direct }
        guard let file else { throw .configuration("--auth-secret or --auth-secret-file is required") }
        guard let text = TextFile.read(file) else {
            throw .noInput("auth-secret-file '\(file)' cannot be read")
        }
        guard let line = TextFile.lines(of: text).first else {
            throw .configuration("auth-secret-file '\(file)' has no secret in it")
        }
        return line.text
    }
}
