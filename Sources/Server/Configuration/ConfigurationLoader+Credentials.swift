// SPDX-License-Identifier: Apache-2.0

extension ConfigurationLoader {
    /// Users that do not expire, given directly and in a file.
    func users() throws(StartupError) -> [(name: String, password: String)] {
        var users: [(name: String, password: String)] = []
        for (index, text) in try lines(.user, .userFile).enumerated() {
            guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
                // The text may be a password: it is not repeated.
                throw .configuration("user \(index + 1) is not NAME:PASSWORD")
            }
            users.append((String(text[..<colon]), String(text[text.index(after: colon)...])))
        }
        return users
    }

    /// Values given directly, then the lines of a file: empty ones and those that begin with `#` do not count.
    func lines(_ key: ConfigurationKey, _ fileKey: ConfigurationKey) throws(StartupError) -> [String] {
        let direct = list(key)
        guard direct.allSatisfy({ !$0.isEmpty }) else { throw .configuration("\(key.rawValue) is empty") }
        guard let path = text(fileKey) else { return direct }
        guard let text = TextFile.read(path) else {
            throw .noInput("\(fileKey.rawValue) '\(path)' cannot be read")
        }
        return direct + TextFile.lines(of: text).map(\.text)
    }
}
