// SPDX-License-Identifier: Apache-2.0

import Foundation

enum TextFile {
    /// All of a file, or of a pipe such as the shell's `<(command)`; nil when it cannot be read or is not UTF-8.
    static func read(_ path: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.readToEnd() ?? Data() else {
            return nil
        }
        return String(data: data, encoding: .utf8)
    }
}
