// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of this repository, for tests of what is written rather than of what it does.
enum Repository {
    struct File {
        /// Below the root.
        let path: String
        let text: String

        var name: String { String(path.split(separator: "/").last ?? "") }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func files(in folder: String, withExtension ending: String) throws -> [File] {
        let found = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
        return try (found?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".\(ending)") }.sorted().map {
            File(path: "\(folder)/\($0)", text: try text(of: "\(folder)/\($0)"))
        }
    }
}
