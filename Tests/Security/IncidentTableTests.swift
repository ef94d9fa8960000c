// SPDX-License-Identifier: Apache-2.0

import Testing

/// `README.md` of this folder names tests that exist, and all tests of this folder.
struct IncidentTableTests {
    private struct Row {
        let incident: String
        let evidence: String

        var references: [Evidence] { Evidence.named(in: evidence) }
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

    @Test(arguments: ["In this folder", "Elsewhere"]) func `every row names tests, which exist`(section: String) throws
    {
        let rows = try Self.rows(below: section)
        #expect(rows.count > 5 && Set(rows.map(\.incident)).count == rows.count)
        for row in rows {
            #expect(!row.references.isEmpty, "\(row.incident)")
            for evidence in row.references {
                #expect(try evidence.exists, "\(row.incident): there is no \(evidence)")
            }
        }
    }

    @Test func `what is not shown has a reason, and names tests that exist`() throws {
        for row in try Self.rows(below: "Not shown, or in part") {
            #expect(row.evidence.count > 20, "\(row.incident)")
            for evidence in row.references { #expect(try evidence.exists, "there is no \(evidence)") }
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
