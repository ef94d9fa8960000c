// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TURNCredentials

/// Why the program can't do what it was asked: one line for a person, and an exit code for a script.
struct StartupError: Error, CustomStringConvertible, Equatable {
    /// The codes of `sysexits.h`.
    enum Kind: Int32 {
        /// A file is not of the kind that was asked for.
        case badData = 65
        /// A file, or the web assets, cannot be read.
        case noInput = 66
        /// A port is taken, or may not be bound.
        case unavailable = 69
        /// A value is wrong, or two don't go together.
        case configuration = 78
    }

    let kind: Kind
    let description: String

    static func configuration(_ text: String) -> StartupError {
        StartupError(kind: .configuration, description: text)
    }

    static func badData(_ text: String) -> StartupError {
        StartupError(kind: .badData, description: text)
    }

    static func noInput(_ text: String) -> StartupError {
        StartupError(kind: .noInput, description: text)
    }

    static func unavailable(_ text: String) -> StartupError {
        StartupError(kind: .unavailable, description: text)
    }
}

extension AsyncParsableCommand {
    /// Runs `body`; a `StartupError` becomes its one line on standard error and its exit code.
    func reportingErrors(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StartupError {
            printError("swiftturn: \(error.description)")
            throw ExitCode(error.kind.rawValue)
        } catch let error as CredentialError {
            printError("swiftturn: \(error.description)")
            throw ExitCode(StartupError.Kind.configuration.rawValue)
        }
    }
}
