// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Users as lines: `NAME:PASSWORD` or `NAME:0xKEY`, alone or as `user=` in a turnserver.conf.
enum CoturnUserText {
    /// - Parameter realm: wins over the `realm=` of a turnserver.conf.
    static func users(_ path: String, realm: String?) throws(StartupError) -> [ImportedUser] {
        guard let text = TextFile.read(path) else { throw .noInput("'\(path)' cannot be read") }
        let lines = CoturnConfigurationFile.lines(of: text)
        let options = lines.compactMap(CoturnConfigurationFile.option)
        let isConfiguration = options.contains { $0.name == "user" }
        let entries = isConfiguration ? options.filter { $0.name == "user" }.map { ($0.line, $0.value) } : lines
        let inFile = isConfiguration ? options.last { $0.name == "realm" }?.value : nil
        guard let realm = realm ?? inFile else { throw .configuration("--realm is required: the realm of the server") }
        var users: [ImportedUser] = []
        for (line, text) in entries {
            guard let user = user(text, realm: realm) else {
                // The text may be a password: it is not repeated.
                throw .configuration("'\(path)', line \(line): not NAME:PASSWORD or NAME:0xKEY with 32 digits")
            }
            users.append(user)
        }
        return users
    }

    /// As coturn reads it: a key has `0x` before it, and a password may hold colons.
    static func user(_ text: String, realm: String) -> ImportedUser? {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        let (name, secret) = (String(text[..<colon]), text[text.index(after: colon)...])
        guard !secret.isEmpty else { return nil }
        guard secret.hasPrefix("0x") else {
            return ImportedUser(name: name, realm: realm, secret: .password(String(secret)))
        }
        return ImportedUser.md5Key(hexadecimal: secret.dropFirst(2)).map {
            ImportedUser(name: name, realm: realm, secret: .md5Key($0))
        }
    }
}
