// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore

/// What `/metrics` answers.
struct MetricsRoute: Sendable {
    static let path = "/metrics"

    let source: MetricsSource
    /// Nil where the file of the socket says who may ask.
    let token: BearerToken?

    func answer(_ request: Request) async -> Response {
        if let token, !token.isIn(request.headers[.authorization]) {
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: "Bearer", .cacheControl: "no-store"])
        }
        return Response(
            status: .ok,
            headers: [.contentType: PrometheusText.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: await source.text()))
        )
    }
}
