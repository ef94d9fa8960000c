// SPDX-License-Identifier: Apache-2.0

/// Guesses what a person meant by a name that there is not.
enum NearestName {
    /// The name that the fewest typing errors away is; nil when none is near.
    static func to(_ name: String, among names: [String]) -> String? {
        let wanted = Array(name.lowercased())
        // A third of the letters wrong is another word.
        let limit = max(1, wanted.count / 3)
        let distances = names.map { (name: $0, distance: distance(wanted, Array($0.lowercased()))) }
        return distances.filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.name
    }

    /// How many letters are to be put in, taken out, replaced, or exchanged with the next one (optimal string alignment).
    static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var rows = [Array(0...other.count)]
        for i in 0..<one.count {
            var row = [i + 1]
            for j in 0..<other.count {
                var best = min(rows[i][j] + (one[i] == other[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[one.count][other.count]
    }
}

extension String {
    /// A question to end an error about an unknown name with; empty when no name is near.
    static func suggestion(for name: String, among names: [String]) -> String {
        NearestName.to(name, among: names).map { " (did you mean '\($0)'?)" } ?? ""
    }
}
