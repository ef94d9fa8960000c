// SPDX-License-Identifier: Apache-2.0

/// A test that a page names, as `Suite: test`, `Folder/file.py: test` or `Fuzz: target`.
struct Evidence: CustomStringConvertible {
    let place: String
    let test: String

    var description: String { "\(place): \(test)" }

    /// What is between backticks and has a colon: a suite or file, and a test of it.
    static func named(in text: some StringProtocol) -> [Evidence] {
        String(text).matches(of: /`([\w\/.]+): ([^`]+)`/).map { Evidence(place: String($0.1), test: String($0.2)) }
    }

    /// The beginning of a test's name is enough.
    var exists: Bool {
        get throws {
            if place == "Fuzz" {
                let targets = try Repository.text(of: "scripts/fuzz").firstMatch(of: /targets=\((\w[\w ]+)\)/)?.1
                return targets?.split(separator: " ").contains { $0 == test } == true
            }
            if place.hasSuffix(".py") { return try Repository.text(of: "Tests/\(place)").contains("def \(test)(") }
            return try Repository.files(in: "Tests", withExtension: "swift").contains { file in
                file.text.contains("struct \(place) {")
                    && (file.text.contains("func `\(test)") || file.text.contains("func \(test)("))
            }
        }
    }
}
