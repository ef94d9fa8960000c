// SPDX-License-Identifier: Apache-2.0

extension ConfigurationSource {
    /// A variable that looks like an option and is none.
    struct UnknownVariable: Equatable {
        let name: String
        /// What may have been meant, as a question; empty when nothing is near.
        let suggestion: String
    }

    /// Other programs may have variables like these: they are told, and keep nobody from starting.
    var unknownVariables: [UnknownVariable] {
        let known = ConfigurationKey.allCases.map(\.environmentName) + Self.otherVariables
        return environment.keys.sorted().filter { $0.hasPrefix("SWIFTTURN_") && !known.contains($0) }.map { name in
            UnknownVariable(name: name, suggestion: .suggestion(for: name, among: known))
        }
    }

    private static let otherVariables = ["SWIFTTURN_CONFIG", "SWIFTTURN_WARNINGS_AS_ERRORS"]
}
