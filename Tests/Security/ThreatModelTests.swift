// SPDX-License-Identifier: Apache-2.0

import Testing

/// `docs/threat-model.md` names files and tests that exist.
struct ThreatModelTests {
    /// A row of a table of threats.
    private struct Row {
        let threat: String
        let code: String
        let evidence: String
        let remains: String
    }

    private static func rows() throws -> [Row] {
        try Repository.text(of: "docs/threat-model.md").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| "), line.hasSuffix("|") else { return nil }
            let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                .map { String($0.trimmingPrefix(while: \.isWhitespace)) }
            guard cells.count == 4, !cells[0].hasPrefix("threat") else { return nil }
            return Row(threat: cells[0], code: cells[1], evidence: cells[2], remains: cells[3])
        }
    }

    @Test func `tests that are named exist`() throws {
        let rows = try Self.rows()
        #expect(rows.count > 25)
        for row in rows {
            for evidence in Evidence.named(in: row.evidence) {
                #expect(try evidence.exists, "\(row.threat): there is no \(evidence)")
            }
        }
    }

    @Test func `files that are named exist`() throws {
        let sources = try Repository.files(in: "Sources", withExtension: "swift").map(\.name)
        let pages = try Repository.files(in: "web", withExtension: "js").map(\.name)
        let known = Set(sources + pages)
        let named = try Self.rows().flatMap { row in
            row.code.matches(of: /`([\w+.-]+\.(?:swift|js))`/).map { String($0.1) }
        }
        #expect(named.count > 25)
        #expect(named.filter { !known.contains($0) } == [])
    }

    @Test func `a threat without a test says what remains`() throws {
        for row in try Self.rows() where Evidence.named(in: row.evidence).isEmpty {
            #expect(row.remains.count > 5, "\(row.threat)")
        }
    }
}
