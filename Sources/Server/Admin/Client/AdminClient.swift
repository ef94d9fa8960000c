// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a server of this machine, by its Unix socket. A connection for each request: there is one a second at most.
struct AdminClient: Sendable {
    private static let connectTimeout = TimeAmount.seconds(5)
    private static let timeout = TimeAmount.seconds(10)
    /// In bytes. A thousand rooms of a hundred members each have less.
    private static let bodyLimit = 32 * 1024 * 1024

    let socket: String

    init(socket: String) throws(StartupError) {
        guard AccessOptions.isSocketPath(socket) else {
            throw .usage("'\(socket)' is no path of 1 to \(AccessOptions.socketPathLimit) bytes")
        }
        self.socket = socket
    }

    func status() async throws(StartupError) -> AdminStatus {
        try await ask(.GET, "status")
    }

    func sessions(sort: String, limit: Int) async throws(StartupError) -> AdminSessions {
        try await ask(.GET, "sessions?sort=\(sort)&limit=\(limit)")
    }

    func rooms(limit: Int) async throws(StartupError) -> AdminRooms {
        try await ask(.GET, "rooms?limit=\(limit)")
    }

    func kick(_ request: KickRequest) async throws(StartupError) -> KickAnswer {
        try await ask(.POST, "kick", request)
    }

    func drain(_ state: AdminStatus.State) async throws(StartupError) -> DrainAnswer {
        try await ask(.POST, "drain", DrainRequest(state: state))
    }

    func setLogLevel(_ level: String) async throws(StartupError) -> LogLevelAnswer {
        try await ask(.PUT, "loglevel", LogLevelRequest(level: level))
    }

    // MARK: Requests

    private func ask<Answer: Decodable>(
        _ method: HTTPMethod,
        _ path: String,
        _ request: (any Encodable)? = nil
    ) async throws(StartupError) -> Answer {
        let answer = try await exchange(method, path, request)
        let body = Data(answer.body)
        guard answer.head.status == .ok else {
            let problem = try? JSONDecoder().decode(AdminProblem.self, from: body)
            throw StartupError(
                kind: answer.head.status == .notFound ? .noSuchName : .configuration,
                description: problem?.error ?? "the server at '\(socket)' answers \(answer.head.status)"
            )
        }
        guard let value = try? JSONDecoder().decode(Answer.self, from: body) else {
            throw .unavailable("what listens at '\(socket)' is no swiftturn of this version")
        }
        return value
    }

    private func exchange(
        _ method: HTTPMethod,
        _ path: String,
        _ request: (any Encodable)?
    ) async throws(StartupError) -> HTTPExchangeHandler.Answer {
        do {
            let body = try request.map { try JSONEncoder().encode($0) } ?? Data()
            var headers = HTTPHeaders([("Host", "localhost"), ("Connection", "close")])
            if !body.isEmpty {
                headers.add(name: "Content-Type", value: "application/json")
                headers.add(name: "Content-Length", value: "\(body.count)")
            }
            let head = HTTPRequestHead(version: .http1_1, method: method, uri: AdminAPI.path + path, headers: headers)
            return try await exchange(head, Array(body)).get()
        } catch let error as StartupError {
            throw error
        } catch {
            throw problem(error)
        }
    }

    private func exchange(
        _ head: HTTPRequestHead,
        _ body: [UInt8]
    ) -> EventLoopFuture<HTTPExchangeHandler.Answer> {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: HTTPExchangeHandler.Answer.self)
        ClientBootstrap(group: loop).connectTimeout(Self.connectTimeout).connect(unixDomainSocketPath: socket)
            .flatMapThrowing { [socket] channel in
                let handler = HTTPExchangeHandler(
                    head,
                    body: body,
                    bodyLimit: Self.bodyLimit,
                    timeout: Self.timeout,
                    answer: answer,
                    failure: { StartupError.unavailable("the server at '\(socket)' \($0)") }
                )
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            .whenFailure { answer.fail($0) }
        return answer.futureResult
    }

    private func problem(_ error: any Error) -> StartupError {
        switch (error as? IOError)?.errnoCode {
        case ENOENT:
            .unavailable("there is no '\(socket)': serve with --admin-socket, and say where by --socket")
        case ECONNREFUSED:
            .unavailable("no server listens at '\(socket)': is it running?")
        case EACCES, EPERM:
            StartupError(
                kind: .noPermission,
                description: "you may not use '\(socket)': it is for the user and the group of the server (try sudo)"
            )
        default: .unavailable("the server at '\(socket)' cannot be asked: \(error)")
        }
    }
}
