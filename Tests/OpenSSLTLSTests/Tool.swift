// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

/// A running `openssl` whose output can be waited for.
final class Tool: Sendable {
    private struct State {
        var text = ""
        var isAtEnd = false
        var waiters: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let state = Mutex(State())

    init(_ arguments: [String]) throws {
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // A thread of its own: reading blocks until the program ends.
        Thread.detachNewThread { [self] in
            while !state.withLock({ $0.isAtEnd }) { received(output.fileHandleForReading.availableData) }
        }
    }

    private func received(_ data: Data) {
        let woken = state.withLock { state in
            state.text += String(decoding: data, as: UTF8.self)
            state.isAtEnd = state.isAtEnd || data.isEmpty
            let (text, isAtEnd) = (state.text, state.isAtEnd)
            let woken = state.waiters.filter { isAtEnd || text.contains($0.text) }
            state.waiters.removeAll { isAtEnd || text.contains($0.text) }
            return woken.map { ($0.continuation, text.contains($0.text)) }
        }
        for (continuation, isFound) in woken { continuation.resume(returning: isFound) }
    }

    var text: String { state.withLock { $0.text } }

    func send(_ text: String) {
        input.fileHandleForWriting.write(Data(text.utf8))
    }

    /// Waits until `text` was printed, or the program has ended.
    func wait(for text: String) async throws {
        let isFound = await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.text.contains(text) { return true }
                if state.isAtEnd { return false }
                state.waiters.append((text, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
        try #require(isFound, "openssl ended without \"\(text)\": \(self.text)")
    }

    /// Ends the program and returns what it printed so far.
    func finish() -> String {
        try? input.fileHandleForWriting.close()
        // Not SIGTERM: a child inherits the signal mask of the thread that started it, which may block that.
        kill(process.processIdentifier, SIGKILL)
        return text
    }
}

/// A folder that is gone when nobody needs it any more.
final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    init() {
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        url.appending(path: name).path
    }

    func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }
}
