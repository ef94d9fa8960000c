// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Synchronization
import Testing

@testable import Server

/// What a line looks like, for people and for programs.
struct LogLineTests {
    private static func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogLine {
        LogLine(time: Date(timeIntervalSince1970: 1.5), level: .info, message: message, metadata: metadata)
    }

    @Test func text() {
        let line = Self.line(
            "TURN session ended",
            ["client": "192.0.2.1:5", "reason": "closed by client", "bytes": .stringConvertible(7)]
        )
        #expect(
            line.text(as: .text)
                == "1970-01-01T00:00:01.500Z info     TURN session ended bytes=7 client=192.0.2.1:5 reason=\"closed by client\""
        )
    }

    private struct Parsed: Decodable, Equatable {
        let time: String
        let level: String
        let message: String
        let renamed: String?
        let bytes: Int?
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case time, level, message, bytes, reason
            case renamed = "message_"
        }
    }

    @Test func json() throws {
        let metadata: Logger.Metadata = ["bytes": .stringConvertible(7), "reason": "7", "message": "x"]
        let text = Self.line("a \"b\"\n", metadata).text(as: .json)
        #expect(!text.contains("\n"))
        let parsed = try JSONDecoder().decode(Parsed.self, from: Data(text.utf8))
        #expect(
            parsed
                == Parsed(
                    time: "1970-01-01T00:00:01.500Z",
                    level: "info",
                    message: "a \"b\"\n",
                    renamed: "x",
                    bytes: 7,
                    reason: "7"
                )
        )
    }

    /// Strangers write no lines, and a terminal does nothing that they want.
    @Test(arguments: LogFormat.allCases, ["a\nb", "\u{1b}[2J", "a\u{2028}b", "\r", "\u{202e}"])
    func noTextOfOthersEndsALine(format: LogFormat, stranger: String) {
        let text = Self.line("x", ["reason": "\(stranger)"]).text(as: format)
        #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        if format == .text { #expect(!text.contains(stranger)) }
    }

    // MARK: Output

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }

        func append(_ line: String) {
            lines.withLock { $0.append(line) }
        }
    }

    @Test func theLevelOfAllLoggersChanges() {
        let lines = Lines()
        let output = LogOutput(level: .notice, format: .text) { lines.append($0) }
        let logger = output.logger()
        logger.info("before")
        output.level = .info
        logger.info("after")
        #expect(lines.all.count == 1 && lines.all[0].contains("after"))
    }

    @Test func aFloodIsBounded() {
        let lines = Lines()
        let output = LogOutput(level: .debug, format: .text) { lines.append($0) }
        for index in 0..<1_000 { output.logger().info("flood", metadata: ["index": "\(index)"]) }
        output.logger().info("other")
        #expect(lines.all.count < 200 && lines.all.contains { $0.contains("other") })
        for _ in 0..<1_000 { output.logger().debug("wanted") }
        #expect(lines.all.filter { $0.contains("wanted") }.count == 1_000)
    }
}
