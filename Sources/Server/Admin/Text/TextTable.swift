// SPDX-License-Identifier: Apache-2.0

/// Lines of columns that stand below each other.
struct TextTable {
    struct Column {
        let title: String
        var isNumber = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// - Parameter cells: one for each column.
    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    func lines(_ terminal: TerminalText) -> [String] {
        let widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
        }
        return [terminal.faint(line(columns.map(\.title), widths))] + rows.map { line($0, widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { index in
            columns[index].isNumber
                ? cells[index].aligned(to: widths[index]) : cells[index].padded(to: widths[index])
        }
        return padded.joined(separator: "  ").trimmingSuffix(while: { $0 == " " })
    }
}

extension String {
    fileprivate func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isUnwanted(last) { text.removeLast() }
        return String(text)
    }
}
