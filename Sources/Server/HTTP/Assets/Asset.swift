// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A file of the app as it leaves, with its headers: made once, sent many times.
struct Asset: Sendable {
    struct Answer: Sendable {
        let head: HTTPResponseHead
        let body: ByteBuffer?
    }

    private let plain: Answer
    private let compressed: Answer
    private let tag: String

    /// - Parameters:
    ///   - response: the answer to a plain GET, before compression.
    ///   - body: all of it.
    init?(_ response: HTTPResponse, body: ByteBuffer) throws {
        guard response.status == .ok, let tag = response.headerFields[.eTag] else { return nil }
        self.tag = tag
        plain = try Self.render(response, body, for: [:])
        compressed = try Self.render(response, body, for: ["accept-encoding": "gzip"])
    }

    /// Nil when what is asked for is not as simple as what is here.
    func answer(to request: HTTPHeaders) -> Answer? {
        guard let answer = representation(for: request[canonicalForm: "accept-encoding"]) else { return nil }
        let known = request["if-none-match"]
        if known.isEmpty { return request.contains(name: "if-modified-since") ? nil : answer }
        guard known == [tag] else { return nil }
        return Answer(
            head: HTTPResponseHead(version: .http1_1, status: .notModified, headers: plain.head.headers),
            body: nil
        )
    }

    private func representation(for encodings: [Substring]) -> Answer? {
        if encodings.contains("gzip") { return compressed }
        return encodings.allSatisfy { ["br", "zstd", "identity"].contains($0) } ? plain : nil
    }

    /// What the handlers of a connection make of a response.
    private static func render(_ response: HTTPResponse, _ body: ByteBuffer, for headers: HTTPHeaders) throws -> Answer
    {
        let channel = EmbeddedChannel(handlers: [HTTPEdge.compressor(), HTTP1ToHTTPServerCodec(secure: true)])
        defer { _ = try? channel.finish() }
        let request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers)
        try channel.writeInbound(HTTPServerRequestPart.head(request))
        for part in [HTTPResponsePart.head(response), .body(body), .end(nil)] { try channel.writeOutbound(part) }
        var head: HTTPResponseHead?
        var content = ByteBuffer()
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            switch part {
            case .head(let rendered): head = rendered
            case .body(.byteBuffer(var piece)): content.writeBuffer(&piece)
            case .body, .end: break
            }
        }
        guard var head else { throw ChannelError.inappropriateOperationForState }
        // The compressor does not know it before the end, and would have it sent in chunks.
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(content.readableBytes)")
        head.headers.remove(name: "transfer-encoding")
        return Answer(head: head, body: content)
    }
}
