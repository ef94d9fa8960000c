// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where a password is read from that must not be an argument.
enum PasswordSource {
    static func read(file: String?, for name: String) throws(StartupError) -> String {
        if let file {
            guard let text = TextFile.read(file) else { throw .noInput("password-file '\(file)' cannot be read") }
            return try checked(firstLine(text))
        }
        guard isatty(STDIN_FILENO) == 1 else { return try checked(readLine() ?? "") }
        let password = try ask("Password for \(name): ")
        guard try ask("Again: ") == password else { throw .configuration("the two passwords differ") }
        return try checked(password)
    }

    private static func firstLine(_ text: String) -> String {
        text.split(maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: \.isNewline).first.map(String.init)
            ?? ""
    }

    private static func checked(_ password: String) throws(StartupError) -> String {
        guard !password.isEmpty else { throw .configuration("the password is empty") }
        return password
    }

    /// Asks at the terminal, which does not show what is typed.
    private static func ask(_ prompt: String) throws(StartupError) -> String {
        guard let answer = getpass(prompt) else { throw .noInput("the password cannot be read from the terminal") }
        return String(cString: answer)
    }
}
