// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Server

/// Certificates and keys that others write.
struct FileWatchTests {
    private func withWatch(_ body: (inout FileWatch, URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data("one".utf8).write(to: directory.appending(path: "certificate"))
        try Data("one".utf8).write(to: directory.appending(path: "key"))
        var watch = FileWatch(paths: ["certificate", "key"].map { directory.appending(path: $0).path })
        #expect(!watch.hasChanged())
        try body(&watch, directory)
    }

    @Test func `what was written is told once, and when it has settled`() throws {
        try withWatch { watch, directory in
            try Data("another".utf8).write(to: directory.appending(path: "certificate"))
            #expect(!watch.hasChanged(), "the key may follow")
            try Data("another".utf8).write(to: directory.appending(path: "key"))
            #expect(!watch.hasChanged())
            #expect(watch.hasChanged())
            #expect(!watch.hasChanged())
        }
    }

    @Test func `a file of the same size in the place of another`() throws {
        try withWatch { watch, directory in
            try Data("two".utf8).write(to: directory.appending(path: "key"), options: .atomic)
            #expect(!watch.hasChanged() && watch.hasChanged())
        }
    }

    @Test func `a link that leads elsewhere`() throws {
        try withWatch { watch, directory in
            let key = directory.appending(path: "key")
            try Data("two".utf8).write(to: directory.appending(path: "key2"))
            try FileManager.default.removeItem(at: key)
            try FileManager.default.createSymbolicLink(at: key, withDestinationURL: directory.appending(path: "key2"))
            #expect(!watch.hasChanged() && watch.hasChanged())
        }
    }

    @Test func `a file that is gone comes back`() throws {
        try withWatch { watch, directory in
            let key = directory.appending(path: "key")
            try FileManager.default.removeItem(at: key)
            #expect(!watch.hasChanged() && watch.hasChanged())
            try Data("one".utf8).write(to: key)
            #expect(!watch.hasChanged() && watch.hasChanged())
        }
    }
}
