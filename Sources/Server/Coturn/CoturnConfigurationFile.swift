// SPDX-License-Identifier: Apache-2.0

/// The lines of a turnserver.conf, read as coturn reads them.
enum CoturnConfigurationFile {
    struct Option: Equatable, Sendable {
        /// From 1.
        let line: Int
        let name: String
        /// Empty for an option that stands alone.
        let value: String

        /// coturn's idea of a switch: it is on unless something says that it is off.
        var isOn: Bool {
            switch value.first?.lowercased() {
            case "0", "n", "f": false
            default: value.lowercased() != "off"
            }
        }
    }

    /// All options in the order of their lines.
    static func options(of text: String) -> [Option] {
        lines(of: text).compactMap(option)
    }

    /// Lines with something in them, without comments and the white space around.
    static func lines(of text: String) -> [(line: Int, text: String)] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
            index,
            line in
            let text = trimmed(line)
            return text.isEmpty || text.hasPrefix("#") ? nil : (index + 1, String(text))
        }
    }

    /// A name, then any of blanks and `=`, then a value, maybe in quotation marks.
    static func option(line: Int, text: String) -> Option? {
        let end = text.firstIndex(where: isSeparator) ?? text.endIndex
        guard end != text.startIndex else { return nil }
        var value = text[end...].drop(while: isSeparator)
        if value.hasPrefix("\"") {
            value = value.dropFirst()
            if value.hasSuffix("\"") { value = value.dropLast() }
        }
        return Option(line: line, name: String(text[..<end]), value: String(value))
    }

    private static func isSeparator(_ character: Character) -> Bool {
        character == "=" || character == " " || character == "\t"
    }

    private static func trimmed(_ line: Substring) -> Substring {
        let start = line.drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { start[...$0] } ?? ""
    }
}
