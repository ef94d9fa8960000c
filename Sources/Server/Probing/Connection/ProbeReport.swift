// SPDX-License-Identifier: Apache-2.0

/// Tells the results: line by line for people, or as one JSON object.
struct ProbeReport {
    let uri: String
    let isJSON: Bool
    private let style = TerminalText.standardOutput
    private var results: [ProbeResult] = []

    init(uri: String, isJSON: Bool) {
        self.uri = uri
        self.isJSON = isJSON
    }

    mutating func add(_ result: ProbeResult) {
        results.append(result)
        guard !isJSON else { return }
        let verdict = result.isSuccess ? style.good("ok    ") : style.bad("FAILED")
        printOutput("\(verdict)  \(result.step.rawValue.padded(to: 11)) \(result.detail)")
    }

    /// - Parameter note: what was left out and why.
    func finish(note: String?) throws {
        if isJSON {
            try printJSON(Output(uri: uri, isSuccess: failure == nil, steps: results, note: note))
        } else if let note {
            printOutput(note)
        }
        if let failure {
            printError("swiftturn: \(uri) fails at \(failure.step.rawValue): \(failure.detail)")
        }
    }

    /// The step that failed.
    var failure: ProbeResult? { results.first { !$0.isSuccess } }

    private struct Output: Encodable {
        let uri: String
        let isSuccess: Bool
        let steps: [ProbeResult]
        let note: String?
    }
}
