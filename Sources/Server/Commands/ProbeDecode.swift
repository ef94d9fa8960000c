// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `swiftturn probe decode`.
struct ProbeDecode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Say in words what STUN, TURN and ChannelData messages are.",
        discussion: """
            Reads hexadecimal text (any grouping, xxd, hexdump -C; an empty line between messages), a pcap or pcapng \
            capture, or the bytes of messages. MACs are checked with --username, --realm (not for ICE) and \
            --password-file.
            """
    )

    @Argument(help: "A file; - is standard input.")
    var file = "-"

    @Option(help: ArgumentHelp("Of the credential that MACs are checked with.", valueName: "name"))
    var username: String?

    @Option(help: ArgumentHelp("Its realm; without one it is a short-term credential.", valueName: "name"))
    var realm: String?

    @Option(help: ArgumentHelp("A file with its password on the first line.", valueName: "file"))
    var passwordFile: String?

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let integrity = try integrityCheck()
            guard let frames = FrameSource.frames(of: try read()) else {
                throw StartupError.badData("\(name) is neither hexadecimal text nor a capture")
            }
            guard !frames.isEmpty else { throw StartupError.badData("\(name) has no STUN or TURN messages") }
            let described = frames.map { FrameDescription($0, integrity: integrity) }
            if json { return try printJSON(described) }
            printOutput(DecodeText(style: .standardOutput).text(described))
        }
    }

    private var name: String { file == "-" ? "standard input" : "'\(file)'" }

    private func read() throws(StartupError) -> [UInt8] {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? handle?.readToEnd() ?? Data(), handle != nil else {
            throw .noInput("\(name) cannot be read")
        }
        return [UInt8](data)
    }

    private func integrityCheck() throws -> IntegrityCheck? {
        guard let passwordFile else { return nil }
        guard let text = TextFile.read(passwordFile) else {
            throw StartupError.noInput("password-file '\(passwordFile)' cannot be read")
        }
        let password = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard realm == nil || username != nil else { throw StartupError.configuration("--realm needs --username") }
        return try IntegrityCheck(username: username ?? "", realm: realm, password: password)
    }
}
