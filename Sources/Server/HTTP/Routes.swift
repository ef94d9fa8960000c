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
        origins: OriginPolicy,
        metrics: MetricsRoute?,
        admin: AdminAccess?,
        logger: Logger
    ) -> RouterResponder<EdgeRequestContext> {
        let router = Router(context: EdgeRequestContext.self)
        router.add(middleware: SecurityHeaders(isDevelopment: isDevelopment))
        router.add(middleware: AdminGate(access: admin))
        router.add(middleware: WebAssets())
        router.add(middleware: FileMiddleware(webRoot, searchForIndexHtml: true, logger: logger))
        router.get("/healthz") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n"))
            )
        }
        router.head("/healthz") { _, _ in Response(status: .ok) }
        if let metrics {
            router.get(RouterPath(MetricsRoute.path)) { request, _ in await metrics.answer(request) }
        }
        // An upgrade that is admitted never gets here.
        router.get("/ws") { request, _ -> Response in
            let isOwn = origins.admits(origin: request.headers[.origin], host: request.head.authority)
            guard isOwn else { return Response(status: .forbidden) }
            // RFC 6455, section 4.4: a handshake of another version is told ours; one of ours is malformed.
            guard let version = HTTPField.Name("Sec-WebSocket-Version"), request.headers[version] != "13" else {
                return Response(status: .badRequest)
            }
            return Response(status: .upgradeRequired, headers: [.upgrade: "websocket", version: "13"])
        }
        return router.buildResponder()
    }

    /// For requests without TLS: the same place with it.
    ///
    /// - Parameter port: where that is, when not at the port that the request came to.
    static func redirect(_ request: Request, toPort port: Int?) -> Response {
        guard let authority = request.head.authority, isHost(authority), let path = request.head.path,
            path.hasPrefix("/")
        else { return Response(status: .badRequest) }
        let place = port.map { Self.authority(authority, port: $0) } ?? authority
        return Response(
            status: .movedPermanently,
            headers: [.location: "https://\(place)\(path)", .connection: "close"]
        )
    }

    /// An authority of https (RFC 3986, section 3.2) with the same host and another port.
    private static func authority(_ authority: String, port: Int) -> String {
        let colon = authority.lastIndex(of: ":").flatMap { authority[$0...].contains("]") ? nil : $0 }
        let host = authority[..<(colon ?? authority.endIndex)]
        return port == 443 ? String(host) : "\(host):\(port)"
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
