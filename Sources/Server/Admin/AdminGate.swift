// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird

/// In front of everything under `/admin`. The page itself knows nothing, and is there for everybody; but where nobody has a
/// token, there is no page.
struct AdminGate: RouterMiddleware {
    typealias Context = EdgeRequestContext

    static let page = "/admin"
    static let file = "/admin.html"

    /// Nil where no token was configured.
    let access: AdminAccess?

    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = Self.plain(request.uri.path)
        let isAPI = path.hasPrefix(AdminAPI.path)
        guard isAPI || path == Self.page || path == Self.file else { return try await next(request, context) }
        guard let access else { throw HTTPError(.notFound) }
        guard isAPI else { return try await next(request, context) }
        return await access.answer(request, from: context.address)
    }

    /// A file is the same however its path is written.
    private static func plain(_ path: String) -> String {
        "/" + (path.removingPercentEncoding ?? path).split(separator: "/").joined(separator: "/")
    }
}
