// SPDX-License-Identifier: Apache-2.0

extension ConfigurationLoader {
    /// Secrets given directly and in a file. A file without any is a mistake: the server would make a secret up, and
    /// accept none of the credentials that others issue.
    func authSecrets() throws(StartupError) -> [String] {
        let direct = try lines(.authSecret)
        guard let (path, secrets) = try lines(ofFile: .authSecretFile) else { return direct }
        guard !secrets.isEmpty else {
            throw .configuration(.authSecretFile, "'\(path)' has no secret in it")
        }
        return direct + secrets.map(\.text)
    }

    /// Users that do not expire, given directly and in a file.
    func users() throws(StartupError) -> [(name: String, password: String)] {
        var users: [(name: String, password: String)] = []
        for (index, text) in try lines(.user).enumerated() {
            users.append(try user(text, .user, "\(index + 1)"))
        }
        if let (path, lines) = try lines(ofFile: .userFile) {
            for line in lines { users.append(try user(line.text, .userFile, "'\(path)', line \(line.number):")) }
        }
        return users
    }

    /// - Parameter place: to be told instead of the text, which may be a password.
    private func user(
        _ text: String,
        _ key: ConfigurationKey,
        _ place: String
    ) throws(StartupError) -> (name: String, password: String) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
            throw .configuration(key, "\(place) is not NAME:PASSWORD")
        }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// Values given directly.
    private func lines(_ key: ConfigurationKey) throws(StartupError) -> [String] {
        let direct = list(key)
        guard direct.allSatisfy({ !$0.isEmpty }) else { throw .configuration(key, "is empty") }
        return direct
    }

    /// The path of a file and what is in it: empty lines and those that begin with `#` do not count. Nil when none is
    /// configured.
    private func lines(
        ofFile key: ConfigurationKey
    ) throws(StartupError) -> (path: String, lines: [(number: Int, text: String)])? {
        guard let path = text(key) else { return nil }
        guard let text = TextFile.read(path) else { throw .noInput(key, "'\(path)' cannot be read") }
        return (path, TextFile.lines(of: text))
    }
}
