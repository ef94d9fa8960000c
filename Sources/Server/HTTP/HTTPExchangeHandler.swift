// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import OpenSSLTLS

/// Sends one request, keeps the promise of its response, and closes.
final class HTTPExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    struct Answer: Sendable {
        let head: HTTPResponseHead
        let body: [UInt8]
    }

    private let request: HTTPRequestHead
    private let requestBody: [UInt8]
    private let bodyLimit: Int
    private let timeout: TimeAmount
    private let answer: EventLoopPromise<Answer>
    private let failure: (String) -> any Error
    private var deadline: Scheduled<Void>?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    /// - Parameters:
    ///   - bodyLimit: of the response, in bytes.
    ///   - timeout: from now on, whatever has to happen before the request can leave.
    ///   - failure: what to say when there is no answer; gets what the other side does instead, as the end of a sentence.
    init(
        _ request: HTTPRequestHead,
        body: [UInt8],
        bodyLimit: Int,
        timeout: TimeAmount,
        answer: EventLoopPromise<Answer>,
        failure: @escaping (String) -> any Error
    ) {
        self.request = request
        requestBody = body
        self.bodyLimit = bodyLimit
        self.timeout = timeout
        self.answer = answer
        self.failure = failure
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.fail("does not answer in time", context)
        }
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        if !requestBody.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: requestBody)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(let bytes):
            guard body.count + bytes.readableBytes <= bodyLimit else { return fail("answers too much", context) }
            body.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let head else { return }
            answer.succeed(Answer(head: head, body: body))
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
        answer.fail(failure("ends the connection"))
    }

    private func fail(_ problem: String, _ context: ChannelHandlerContext) {
        answer.fail(failure(problem))
        context.close(promise: nil)
    }
}
