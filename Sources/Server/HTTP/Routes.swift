// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SignalHub

/// What the web side answers.
enum Routes {
    static let socketPath = "/ws"

    static func responder(
        webRoot: String,
        isDevelopment: Bool,
        logger: Logger
    ) -> RouterResponder<BasicRequestContext> {
        let router = Router()
        router.add(middleware: SecurityHeaders(isDevelopment: isDevelopment))
        router.add(middleware: WebAssets())
        router.add(middleware: FileMiddleware(webRoot, searchForIndexHtml: true, logger: logger))
        router.get("/healthz") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n"))
            )
        }
        // An upgrade that is admitted never gets here.
        router.get("/ws") { request, _ -> Response in
            let isUpgrade = request.headers[.upgrade]?.lowercased() == "websocket"
            return Response(status: isUpgrade ? .forbidden : .upgradeRequired, headers: [.upgrade: "websocket"])
        }
        return router.buildResponder()
    }

    /// For requests without TLS: the same place with it.
    static func redirect(_ request: Request) -> Response {
        guard let host = request.head.authority, isHost(host), let path = request.head.path, path.hasPrefix("/") else {
            return Response(status: .badRequest)
        }
        return Response(
            status: .movedPermanently,
            headers: [.location: "https://\(host)\(path)", .connection: "close"]
        )
    }

    /// A header of the client is about to be part of ours.
    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return byte < 0x80 && (character.isLetter || character.isNumber || "-.:[]".contains(character))
            }
    }
}
