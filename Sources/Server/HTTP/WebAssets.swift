// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird

/// The rules for the app's files around Hummingbird's file middleware.
struct WebAssets<Context: RequestContext>: RouterMiddleware {
    @concurrent
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let page = Self.page(of: request)
        guard page != nil || Self.isPublic(request.uri.path) else { throw HTTPError(.notFound) }
        let request = Self.whole(page.map { Self.request(for: $0, like: request) } ?? request)
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound && Self.isNavigation(request) {
            response = try await next(Self.request(for: "/index.html", like: request), context)
        }
        // "no-cache" is "ask me each time": an unchanged file costs a 304, and no browser runs an old version.
        response.headers[.cacheControl] = response.headers[.cacheControl] ?? "no-cache"
        response.headers[.vary] = "Accept-Encoding"
        CompressionMark.set(on: &response, for: request)
        return response
    }

    /// Nothing that lies beside the app for those who work on it, under whatever spelling of its path.
    private static func isPublic(_ path: String) -> Bool {
        guard let path = path.removingPercentEncoding, !path.utf8.contains(0) else { return false }
        let parts = path.split(separator: "/")
        let isTool = parts.count == 1 && ["package.json", "jsconfig.json"].contains(parts[0])
        return !isTool && parts.first != "test" && !parts.contains { $0.hasPrefix(".") }
    }

    /// The page behind an address that is no file. Rooms are none, whatever they are called: the page itself reads
    /// which it is asked for.
    private static func page(of request: Request) -> String? {
        guard request.method == .get || request.method == .head else { return nil }
        if request.uri.path == "/check" { return "/check/index.html" }
        if request.uri.path == AdminGate.page { return AdminGate.file }
        guard request.uri.path.hasPrefix("/r/") else { return nil }
        let mode = HTTPField.Name("Sec-Fetch-Mode").flatMap { request.headers[$0] }
        return mode == nil || mode == "navigate" ? "/index.html" : nil
    }

    /// A person opening a page, not a page loading a part: a missing script must be a 404, never the page in its place.
    private static func isNavigation(_ request: Request) -> Bool {
        guard request.method == .get || request.method == .head else { return false }
        if let mode = HTTPField.Name("Sec-Fetch-Mode").flatMap({ request.headers[$0] }) { return mode == "navigate" }
        let name = request.uri.path.split(separator: "/").last ?? ""
        return !name.contains(".") && (request.headers[.accept] ?? "").contains("text/html")
    }

    /// The files are small and change together: parts of them are not served.
    private static func whole(_ request: Request) -> Request {
        var head = request.head
        head.headerFields[.range] = nil
        return Request(head: head, body: request.body)
    }

    private static func request(for path: String, like request: Request) -> Request {
        var head = request.head
        head.path = path
        return Request(head: head, body: request.body)
    }
}

/// Where the app's files are.
enum WebRoot {
    /// The directory that was configured; else the one beside an installed program (`PREFIX/share/swiftturn/web`);
    /// else `web` of the repository that the program was built in.
    static func find(_ configured: String?) throws(StartupError) -> String {
        if let configured {
            guard isWebRoot(configured) else { throw .noInput(.webRoot, "'\(configured)' has no index.html") }
            return configured
        }
        guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else {
            throw .noInput("the app's files are not found: give --web-root")
        }
        let beside = program.deletingLastPathComponent()
        let candidates =
            [beside.appending(path: "../share/swiftturn/web"), beside.appending(path: "web")]
            + parents(of: beside).map { $0.appending(path: "web") }
        guard let found = candidates.map(\.standardizedFileURL.path).first(where: isWebRoot) else {
            throw .noInput("the app's files are not found beside \(program.path): give --web-root")
        }
        return found
    }

    /// `.build/x86_64-unknown-linux-gnu/release` is three below the repository.
    private static func parents(of directory: URL) -> [URL] {
        sequence(first: directory) { $0.deletingLastPathComponent() }.prefix(5).map { $0 }
    }

    private static func isWebRoot(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/index.html")
            && FileManager.default.fileExists(atPath: path + "/manifest.json")
    }
}
