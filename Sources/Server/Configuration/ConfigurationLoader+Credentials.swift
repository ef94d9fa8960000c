// SPDX-License-Identifier: Apache-2.0

extension ConfigurationLoader {
    /// Secrets given directly and in a file. A file without any is a mistake: the server would make a secret up, and
    /// accept none of the credentials that others issue.
    func authSecrets() throws(StartupError) -> [String] {
        let direct = try lines(.authSecret)
        guard let (path, secrets) = try lines(ofFile: .authSecretFile) else { return direct }
        guard !secrets.isEmpty else {
            throw .configuration("\(ConfigurationKey.authSecretFile.rawValue) '\(path)' has no secret in it")
        }
        return direct + secrets
    }

    /// Users that do not expire, given directly and in a file.
    func users() throws(StartupError) -> [(name: String, password: String)] {
        var users: [(name: String, password: String)] = []
        for (index, text) in (try lines(.user) + (lines(ofFile: .userFile)?.lines ?? [])).enumerated() {
            guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
                // The text may be a password: it is not repeated.
                throw .configuration("user \(index + 1) is not NAME:PASSWORD")
            }
            users.append((String(text[..<colon]), String(text[text.index(after: colon)...])))
        }
        return users
    }

    /// Values given directly.
    private func lines(_ key: ConfigurationKey) throws(StartupError) -> [String] {
        let direct = list(key)
        guard direct.allSatisfy({ !$0.isEmpty }) else { throw .configuration("\(key.rawValue) is empty") }
        return direct
    }

    /// The path of a file and what is in it: empty lines and those that begin with `#` do not count. Nil when none is
    /// configured.
    private func lines(ofFile key: ConfigurationKey) throws(StartupError) -> (path: String, lines: [String])? {
        guard let path = text(key) else { return nil }
        guard let text = TextFile.read(path) else { throw .noInput("\(key.rawValue) '\(path)' cannot be read") }
        return (path, TextFile.lines(of: text).map(\.text))
    }
}
