// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TURNCredentials

/// Why the program can't do what it was asked: one line for a person, and an exit code for a script.
struct StartupError: Error, CustomStringConvertible, Equatable {
    /// The codes of `sysexits.h`.
    enum Kind: Int32 {
        /// An option of a command is wrong.
        case usage = 64
        /// A file is not of the kind that was asked for.
        case badData = 65
        /// A file, or the web assets, cannot be read.
        case noInput = 66
        /// Nobody has the name that was given.
        case noSuchName = 67
        /// A port is taken, or may not be bound; or a server does not answer.
        case unavailable = 69
        /// It takes longer than was allowed.
        case notYet = 75
        case noPermission = 77
        /// A value is wrong, or two don't go together.
        case configuration = 78
    }

    let kind: Kind
    private(set) var description: String
    /// The option that is to blame, until its place is part of the description.
    private(set) var key: ConfigurationKey?

    init(kind: Kind, description: String, key: ConfigurationKey? = nil) {
        self.kind = kind
        self.description = description
        self.key = key
    }

    static func configuration(_ text: String) -> StartupError {
        StartupError(kind: .configuration, description: text)
    }

    /// - Parameter text: goes on after the name of the option.
    static func configuration(_ key: ConfigurationKey, _ text: String) -> StartupError {
        StartupError(kind: .configuration, description: "\(key.rawValue) \(text)", key: key)
    }

    /// - Parameter text: goes on after the name of the option.
    static func noInput(_ key: ConfigurationKey, _ text: String) -> StartupError {
        StartupError(kind: .noInput, description: "\(key.rawValue) \(text)", key: key)
    }

    static func usage(_ text: String) -> StartupError {
        StartupError(kind: .usage, description: text)
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

extension StartupError {
    /// The same, said of a part of the configuration.
    func within(_ place: String) -> StartupError {
        var error = self
        error.description = "\(place): \(description)"
        return error
    }

    /// The same with the place where the option was given, if that is not the command line.
    func located(by origins: ValueOrigins) -> StartupError {
        guard let place = key.flatMap({ origins[$0]?.place }) else { return self }
        return located(at: place)
    }

    /// The same with a place that is known otherwise.
    func located(at place: String) -> StartupError {
        var error = within(place)
        error.key = nil
        return error
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
