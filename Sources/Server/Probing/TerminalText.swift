// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Emphasis for people: escape sequences on a terminal, nothing in a file or a pipe, nor when NO_COLOR is set
/// (no-color.org).
struct TerminalText: Sendable {
    let isColored: Bool

    init(isColored: Bool) {
        self.isColored = isColored
    }

    /// For what goes to standard output.
    static var standardOutput: TerminalText {
        let forbids = !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        return TerminalText(isColored: isatty(STDOUT_FILENO) == 1 && !forbids)
    }

    func good(_ text: String) -> String { wrap(text, "32") }
    func bad(_ text: String) -> String { wrap(text, "31") }
    func title(_ text: String) -> String { wrap(text, "1") }
    func faint(_ text: String) -> String { wrap(text, "2") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Text of the other side without what a terminal would act on.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? "\u{FFFD}" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension String {
    /// Filled with spaces on the right.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }

    /// Filled with spaces on the left.
    func aligned(to width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }
}

/// Prints a value as JSON for programs.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    printOutput(String(decoding: try encoder.encode(value), as: UTF8.self))
}
