// SPDX-License-Identifier: Apache-2.0

import Testing

/// `README.md` of this folder names tests that exist, and all tests of this folder.
struct IncidentTableTests {
    private struct Row {
        let incident: String
        let evidence: String

        /// What is between backticks and has a colon: a suite or file, and a test of it.
        var references: [(place: String, test: String)] {
            evidence.matches(of: /`([\w\/.]+): ([^`]+)`/).map { (String($0.1), String($0.2)) }
        }
    }

    /// The rows of the tables below a heading.
    private static func rows(below heading: String) throws -> [Row] {
        let sections = try Repository.text(of: "Tests/Security/README.md").split(separator: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix(heading) })
        return section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", maxSplits: 1)
            return Row(incident: String(cells[0]), evidence: cells.count > 1 ? String(cells[1]) : "")
        }
    }

    private static func exists(_ place: String, _ test: String) throws -> Bool {
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

    @Test(arguments: ["In this folder", "Elsewhere"]) func `every row names tests, which exist`(section: String) throws
    {
        let rows = try Self.rows(below: section)
        #expect(rows.count > 5 && Set(rows.map(\.incident)).count == rows.count)
        for row in rows {
            #expect(!row.references.isEmpty, "\(row.incident)")
            for (place, test) in row.references {
                #expect(try Self.exists(place, test), "\(row.incident): there is no \(place): \(test)")
            }
        }
    }

    @Test func `what is not shown has a reason, and names tests that exist`() throws {
        for row in try Self.rows(below: "Not shown, or in part") {
            #expect(row.evidence.count > 20, "\(row.incident)")
            for (place, test) in row.references { #expect(try Self.exists(place, test), "\(place): \(test)") }
        }
    }

    /// Tests of this folder begin with the incident's name.
    @Test func `every test of this folder has its row`() throws {
        let references = try Self.rows(below: "In this folder").flatMap(\.references)
        for file in try Repository.files(in: "Tests/Security", withExtension: "swift") {
            guard let suite = file.text.firstMatch(of: /struct (\w+Tests) \{/)?.1, suite != "IncidentTableTests" else {
                continue
            }
            for name in file.text.matches(of: /func `([^`:]+):/).map({ String($0.1) }) {
                let isNamed = references.contains { $0.place == suite && $0.test == name }
                #expect(isNamed, "\(suite): \(name)")
            }
        }
    }
}
