// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Tells the results: line by line for people, or as one JSON object.
struct ProbeReport {
    let uri: String
    let isJSON: Bool
    private var results: [ProbeResult] = []

    init(uri: String, isJSON: Bool) {
        self.uri = uri
        self.isJSON = isJSON
    }

    mutating func add(_ result: ProbeResult) {
        results.append(result)
        guard !isJSON else { return }
        let name = result.step.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
        printOutput("\(result.isSuccess ? "ok    " : "FAILED")  \(name) \(result.detail)")
    }

    /// - Parameter note: what was left out and why.
    func finish(note: String?) throws {
        if isJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let output = Output(uri: uri, isSuccess: failure == nil, steps: results, note: note)
            printOutput(String(decoding: try encoder.encode(output), as: UTF8.self))
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
