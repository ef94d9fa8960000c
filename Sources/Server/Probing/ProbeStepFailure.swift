// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The step at which a probe failed, whose exit code it ends with.
struct ProbeStepFailure: Error {
    let step: ProbeStep
    let detail: String

    /// Runs a step.
    static func at<Value>(_ step: ProbeStep, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as StartupError {
            throw error
        } catch let error as ProbeStepFailure {
            throw error
        } catch {
            throw ProbeStepFailure(step: step, detail: (error as? ProbeFailure)?.text ?? "\(error)")
        }
    }
}

extension AsyncParsableCommand {
    /// Runs `body`; the step that failed becomes one line on standard error and the exit code.
    func reportingFailures(of uri: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as ProbeStepFailure {
            printError("swiftturn: \(uri) fails at \(failure.step.rawValue): \(failure.detail)")
            throw ExitCode(failure.step.exitCode)
        }
    }
}
