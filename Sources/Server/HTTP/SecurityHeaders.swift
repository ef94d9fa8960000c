// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Headers that every response has.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    private let fields: HTTPFields

    /// - Parameter isDevelopment: leaves HSTS out. On `localhost` it would keep every other program of the machine
    ///   from being reached by http for a year.
    init(isDevelopment: Bool) {
        var fields: HTTPFields = [
            .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: Self.contentSecurityPolicy,
        ]
        if let name = HTTPField.Name("X-Frame-Options") { fields[name] = "DENY" }
        if let name = HTTPField.Name("Permissions-Policy") { fields[name] = "camera=(self), microphone=(self)" }
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        if let name = HTTPField.Name("Cross-Origin-Opener-Policy") { fields[name] = "same-origin" }
        if !isDevelopment {
            fields[.strictTransportSecurity] = "max-age=31536000; includeSubDomains"
        }
        self.fields = fields
    }

    /// Everything from the own origin and nothing inline. `blob:` is what recorded or captured media plays from.
    private static var contentSecurityPolicy: String {
        """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; \
        connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'
        """
    }

    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        }
        for field in fields where response.headers[field.name] == nil {
            response.headers.append(field)
        }
        return response
    }
}
