// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TURNRelay

/// Answers what administrators ask by HTTP, whatever way they came. Who they are has been looked at before.
struct AdminAPI: Sendable {
    static let path = "/admin/api/"
    /// In bytes: a room's name of 64 characters has 256, and escapes make them 800.
    static let bodyLimit = 4096
    private static let defaultLimit = 100
    private static let highestLimit = 1000

    let administration: Administration

    func answer(_ request: Request, from caller: AdminCaller) async -> Response {
        do throws(AdminError) {
            return Self.response(.ok, try await body(for: request, from: caller))
        } catch {
            return Self.response(error)
        }
    }

    static func response(_ error: AdminError) -> Response {
        response(error.status, json(AdminProblem(error: error.sentence)), error.headers)
    }

    private static func response(
        _ status: HTTPResponse.Status,
        _ body: ByteBuffer,
        _ headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private static func json(_ value: some Encodable) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: (try? encoder.encode(value)) ?? Data("{}".utf8))
    }

    // MARK: Requests

    private func body(for request: Request, from caller: AdminCaller) async throws(AdminError) -> ByteBuffer {
        switch request.uri.path.dropFirst(Self.path.count) {
        case "status":
            try Self.check(request, .get)
            return Self.json(await administration.status())
        case "sessions":
            try Self.check(request, .get)
            let (order, limit) = (try Self.order(request), try Self.limit(request))
            return Self.json(await administration.sessions(order, limit: limit))
        case "rooms":
            try Self.check(request, .get)
            return Self.json(await administration.rooms(limit: try Self.limit(request)))
        case "kick":
            try Self.check(request, .post)
            return Self.json(try await administration.kick(try await Self.read(request), by: caller))
        case "drain":
            try Self.check(request, .post)
            let wish: DrainRequest = try await Self.read(request)
            return Self.json(try await administration.setDraining(wish.state != .serving, by: caller))
        case "loglevel":
            try Self.check(request, .put)
            let wish: LogLevelRequest = try await Self.read(request)
            return Self.json(try administration.setLogLevel(wish.level, by: caller))
        default: throw .unknownPath
        }
    }

    private static func check(_ request: Request, _ method: HTTPRequest.Method) throws(AdminError) {
        guard request.method == method else { throw .wrongMethod(method) }
    }

    private static func order(_ request: Request) throws(AdminError) -> SessionOrder {
        guard let text = request.uri.queryParameters["sort"] else { return .bytes }
        guard let order = SessionOrder(rawValue: String(text)) else {
            throw .badRequest("Sessions are sorted by bytes, rate, age or queue: take one of these.")
        }
        return order
    }

    private static func limit(_ request: Request) throws(AdminError) -> Int {
        guard let text = request.uri.queryParameters["limit"] else { return defaultLimit }
        guard let limit = Int(text), 1...highestLimit ~= limit else {
            throw .badRequest("A limit is a number from 1 to \(highestLimit).")
        }
        return limit
    }

    /// What does not belong to a request is passed over, so that newer clients can ask older servers.
    private static func read<Value: Decodable>(_ request: Request) async throws(AdminError) -> Value {
        let length = request.headers[.contentLength].flatMap(Int.init)
        guard length ?? 0 <= bodyLimit, let body = try? await request.body.collect(upTo: bodyLimit) else {
            throw .tooLong
        }
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(body.readableBytesView)) else {
            throw .badRequest("The request is not the JSON that belongs here: see docs/admin.md.")
        }
        return value
    }
}
