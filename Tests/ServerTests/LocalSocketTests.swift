// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Server

/// The Unix socket for metrics.
struct LocalSocketTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    private func withPath(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "swiftturn-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appending(path: "metrics").path)
    }

    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `its user and group may connect, and others not`() async throws {
        try await withPath { path in
            let socket = LocalSocket(path: path)
            let listener = try await socket.listen(on: group) { channel in
                channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
            }
            #expect(try mode(of: path) == 0o660)
            let client = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
            let first = try await client.executeThenClose { inbound, _ in
                try await inbound.first { _ in true }
            }
            #expect(first == ByteBuffer(string: "hello"))
            try await listener.close()
            socket.remove()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `what a killed server left is replaced`() async throws {
        try await withPath { path in
            // Closed, and its file left there.
            try await LocalSocket(path: path).listen(on: group) { _ in }.close()
            #expect(FileManager.default.fileExists(atPath: path))
            try await LocalSocket(path: path).listen(on: group) { _ in }.close()
        }
    }

    @Test func `one that another server listens on is taken`() async throws {
        try await withPath { path in
            let listener = try await LocalSocket(path: path).listen(on: group) { _ in }
            let error = await #expect(throws: StartupError.self) {
                try await LocalSocket(path: path).listen(on: group) { _ in }
            }
            #expect(error == .unavailable("\(path) is taken: another program listens there"))
            try await listener.close()
        }
    }

    @Test func `a file that is no socket stays`() async throws {
        try await withPath { path in
            try Data("dear diary".utf8).write(to: URL(fileURLWithPath: path))
            let error = await #expect(throws: StartupError.self) {
                try await LocalSocket(path: path).listen(on: group) { _ in }
            }
            #expect(error?.kind == .unavailable)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "dear diary")
        }
    }
}
