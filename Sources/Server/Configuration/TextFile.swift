// SPDX-License-Identifier: Apache-2.0

import Foundation

enum TextFile {
    /// All of a file, or of a pipe such as the shell's `<(command)`; nil when it cannot be read or is not UTF-8.
    static func read(_ path: String) -> String? {
        FileHandle(forReadingAtPath: path).flatMap(read)
    }

    /// The same of a file with keys in it, which nobody but its owner may be able to change, and nobody but these and its
    /// group to read. A service manager that lends it to the server does so by the group, or by an access list, which
    /// shows as the group's.
    static func read(secret path: String, _ key: ConfigurationKey) throws(StartupError) -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable(path, key) }
        var status = stat()
        guard fstat(handle.fileDescriptor, &status) == 0 else { throw .unreadable(path, key) }
        guard status.st_mode & S_IFMT != S_IFREG || status.st_mode & 0o027 == 0 else {
            throw .configuration(key, "'\(path)' is open to others than its owner: chmod 600 it")
        }
        guard let text = read(handle) else { throw .unreadable(path, key) }
        return text
    }

    /// Lines with something in them that don't begin with `#`, with their numbers from 1.
    static func lines(of text: String) -> [(number: Int, text: String)] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .filter { !$1.hasPrefix("#") && !$1.allSatisfy(\.isWhitespace) }
            .map { ($0 + 1, String($1)) }
    }

    private static func read(_ handle: FileHandle) -> String? {
        (try? handle.readToEnd() ?? Data()).flatMap { String(data: $0, encoding: .utf8) }
    }
}

extension StartupError {
    fileprivate static func unreadable(_ path: String, _ key: ConfigurationKey) -> StartupError {
        .noInput(key, "'\(path)' cannot be read")
    }
}
