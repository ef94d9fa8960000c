// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Server

struct AssetCacheTests {
    private static let script = String(repeating: "let answer = 42;\n", count: 100)

    @Test func aFileIsInMemoryAfterItWasAskedFor() async throws {
        try await withWebRoot { root in
            let cache = cache(of: root)
            #expect(cache.answer(to: request("/app.js"), on: EmbeddedChannel()) == nil)
            let answer = try await arrival(of: request("/app.js?v=1"), in: cache)
            #expect(answer.head.status == .ok && answer.body.map { String(buffer: $0) } == Self.script)
            #expect(answer.head.headers["content-length"] == ["\(Self.script.utf8.count)"])
            #expect(!answer.head.headers.contains(name: CompressionMark.name))
        }
    }

    @Test func aChangedFileIsNotAnsweredFromMemory() async throws {
        try await withWebRoot { root in
            let cache = cache(of: root)
            _ = try await arrival(of: request("/app.js"), in: cache)
            try "changed".write(to: root.appending(path: "app.js"), atomically: true, encoding: .utf8)
            #expect(cache.answer(to: request("/app.js"), on: EmbeddedChannel()) == nil)
            let answer = try await arrival(of: request("/app.js"), in: cache)
            #expect(answer.body.map { String(buffer: $0) } == "changed")
            try FileManager.default.removeItem(at: root.appending(path: "app.js"))
            #expect(cache.answer(to: request("/app.js"), on: EmbeddedChannel()) == nil)
        }
    }

    @Test func compressionIsForWhoWantsIt() async throws {
        try await withWebRoot { root in
            let cache = cache(of: root)
            _ = try await arrival(of: request("/app.js"), in: cache)
            let packed = cache.answer(to: request("/app.js", ("accept-encoding", "br, gzip")), on: EmbeddedChannel())
            let bytes = try #require(packed?.body)
            #expect(
                packed?.head.headers["content-encoding"] == ["gzip"] && bytes.getBytes(at: 0, length: 2) == [31, 139]
            )
            #expect(packed?.head.headers["content-length"] == ["\(bytes.readableBytes)"])
            let plain = cache.answer(to: request("/app.js", ("accept-encoding", "br")), on: EmbeddedChannel())
            #expect(plain?.head.headers.contains(name: "content-encoding") == false)
        }
    }

    @Test func whoHasTheFileIsToldSo() async throws {
        try await withWebRoot { root in
            let cache = cache(of: root)
            let tag = try await arrival(of: request("/app.js"), in: cache).head.headers["etag"].first ?? ""
            let answer = cache.answer(to: request("/app.js", ("if-none-match", tag)), on: EmbeddedChannel())
            #expect(answer?.head.status == .notModified && answer?.body == nil)
            #expect(answer?.head.headers["etag"] == [tag])
        }
    }

    @Test(arguments: [
        ("if-none-match", "\"other\""), ("if-modified-since", "Sun, 29 Nov 2026 00:00:00 GMT"),
        ("accept-encoding", "gzip;q=0"), ("accept-encoding", "deflate"), ("connection", "close"),
    ])
    func whatIsNotSimpleGoesTheLongWay(name: String, value: String) async throws {
        try await withWebRoot { root in
            let cache = cache(of: root)
            _ = try await arrival(of: request("/app.js"), in: cache)
            #expect(cache.answer(to: request("/app.js", (name, value)), on: EmbeddedChannel()) == nil)
            var post = request("/app.js")
            post.method = .POST
            #expect(cache.answer(to: post, on: EmbeddedChannel()) == nil)
            #expect(cache.answer(to: request("/other.js"), on: EmbeddedChannel()) == nil)
        }
    }

    @Test func aClientThatDoesNotReadIsNotAnsweredFromMemory() async throws {
        try await withWebRoot { root in
            let cache = cache(of: root)
            _ = try await arrival(of: request("/app.js"), in: cache)
            let channel = EmbeddedChannel(handler: AssetHandler(cache: cache, counters: EdgeCounters()))
            for isWritable in [true, false] {
                channel.isWritable = isWritable
                try channel.writeInbound(HTTPServerRequestPart.head(request("/app.js")))
                try channel.writeInbound(HTTPServerRequestPart.end(nil))
                #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil || !isWritable)
                var answered = false
                while try channel.readOutbound(as: HTTPServerResponsePart.self) != nil { answered = true }
                #expect(answered == isWritable)
            }
        }
    }

    // MARK: Fixture

    private func withWebRoot(_ body: (URL) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try Self.script.write(to: root.appending(path: "app.js"), atomically: true, encoding: .utf8)
        try await body(root)
    }

    private func cache(of root: URL) -> AssetCache {
        AssetCache(webRoot: root.path) { path, _ in
            guard let body = try? Data(contentsOf: root.appending(path: path)) else { return nil }
            var response = HTTPResponse(status: .ok, headerFields: [.contentType: "text/javascript"])
            response.headerFields[.eTag] = "\"\(body.hashValue)\""
            response.headerFields[.contentLength] = "\(body.count)"
            if let mark = HTTPField.Name(CompressionMark.name) { response.headerFields[mark] = "1" }
            return (response, ByteBuffer(bytes: body))
        }
    }

    private func request(_ uri: String, _ headers: (String, String)...) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: HTTPHeaders([("host", "test")] + headers))
    }

    /// Asks until the file is there.
    private func arrival(of request: HTTPRequestHead, in cache: AssetCache) async throws -> Asset.Answer {
        while true {
            if let answer = cache.answer(to: request, on: EmbeddedChannel()) { return answer }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
