// SPDX-License-Identifier: Apache-2.0

import ACME
import NIOCore
import NIOHTTP1
import OpenSSLTLS

/// Sends one request, keeps the promise of its response, and closes.
final class HTTPExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// TLS handshake included.
    private static let timeout = TimeAmount.seconds(30)
    /// In bytes. A chain of certificates has some thousand.
    private static let bodyLimit = 256 * 1024

    private let request: ACMERequest
    private let target: HTTPSTarget
    private let answer: EventLoopPromise<ACMEResponse>
    private var deadline: Scheduled<Void>?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(_ request: ACMERequest, _ target: HTTPSTarget, _ answer: EventLoopPromise<ACMEResponse>) {
        self.request = request
        self.target = target
        self.answer = answer
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeout) {
            self.fail("does not answer in time", context)
        }
        context.write(wrapOutboundOut(.head(requestHead)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private var requestHead: HTTPRequestHead {
        var headers = HTTPHeaders([
            // RFC 8555, section 6.1:
            // > ACME clients MUST send a User-Agent header field
            ("Host", target.authority), ("User-Agent", "swiftturn/\(Version.current)"), ("Connection", "close"),
        ])
        if request.method == .post {
            headers.add(name: "Content-Type", value: ACMERequest.contentType)
            headers.add(name: "Content-Length", value: "\(request.body.count)")
        }
        let method = HTTPMethod(rawValue: request.method.rawValue)
        return HTTPRequestHead(version: .http1_1, method: method, uri: target.path, headers: headers)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(let bytes):
            guard body.count + bytes.readableBytes <= Self.bodyLimit else { return fail("answers too much", context) }
            body.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let head else { return }
            let headers = head.headers.map { (name: $0.name, value: $0.value) }
            answer.succeed(ACMEResponse(status: Int(head.status.code), headers: headers, body: body))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("\((error as? TLSError)?.description ?? "\(error)")", context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("closes the connection without an answer", context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        answer.fail(ACMEFailure.unreachable("\(target.authority): the connection ended"))
    }

    private func fail(_ problem: String, _ context: ChannelHandlerContext) {
        answer.fail(ACMEFailure.unreachable("\(target.authority): \(problem)"))
        context.close(promise: nil)
    }
}
