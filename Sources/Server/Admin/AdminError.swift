// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Why a request of an administrator is not obeyed.
struct AdminError: Error, Equatable {
    let status: HTTPResponse.Status
    /// With a next step.
    let sentence: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ sentence: String, headers: HTTPFields = [:]) {
        self.status = status
        self.sentence = sentence
        self.headers = headers
    }

    static let unknownPath = AdminError(
        .notFound,
        "There is nothing here: try /admin/api/status, sessions, rooms, kick, drain or loglevel."
    )
    static let tooLong = AdminError(
        .contentTooLarge,
        "The request is too long: one of these has \(AdminAPI.bodyLimit) bytes at most.",
        headers: [.connection: "close"]
    )
    static let notJSON = AdminError(
        .unsupportedMediaType,
        "Changes are JSON: send them with Content-Type: application/json."
    )
    static let foreignOrigin = AdminError(
        .forbidden,
        "This came from a page of another site: use the page /admin of this server."
    )
    static let noToken = AdminError(
        .unauthorized,
        "Send the token of --admin-token-file, as Authorization: Bearer TOKEN.",
        headers: [.wwwAuthenticate: "Bearer"]
    )
    static let wrongToken = AdminError(
        .unauthorized,
        "That is not the token of --admin-token-file: check it and try again.",
        headers: [.wwwAuthenticate: "Bearer"]
    )
    static let blocked = AdminError(
        .tooManyRequests,
        "There were too many wrong tokens from this address: try again in \(WrongTokens.interval.components.seconds) seconds.",
        headers: [.retryAfter: "\(WrongTokens.interval.components.seconds)"]
    )
    static let stopping = AdminError(.conflict, "The server is stopping: it takes nobody in any more.")

    /// - Parameter methods: those that the path has.
    static func wrongMethod(_ method: HTTPRequest.Method) -> AdminError {
        AdminError(
            .methodNotAllowed,
            "This is not done by that method: use \(method.rawValue).",
            headers: [.allow: method.rawValue]
        )
    }

    static func badRequest(_ sentence: String) -> AdminError {
        AdminError(.badRequest, sentence)
    }

    static func nobody(_ sentence: String) -> AdminError {
        AdminError(.notFound, sentence)
    }
}
