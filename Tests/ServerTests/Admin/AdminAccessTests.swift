// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import OpenSSLTLS
import STUNCodec
import SignalHub
import Synchronization
import TURNCredentials
import TURNRelay
import Testing

@testable import Server

/// Who is let at the administration, and what it answers.
struct AdminAccessTests {
    private static let token = String(repeating: "t", count: 32)
    private static let address = IPAddress(ipv4: 0xC000_0201)

    private final class Clock: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let log = LogOutput(level: .info, format: .text, write: { _ in })

    private func withAccess(_ body: (AdminAccess) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let loops = Array(group.makeIterator())
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let users = UserDirectory([], realm: "example.org")
        let realms = RealmDirectory(default: RealmConfiguration(users: users, secrets: ["north"]))
        let relay = try RelayServer(
            configuration: RelayConfiguration(),
            realms: realms,
            eventLoops: loops,
            logger: logger
        )
        let signaling = SignalServer(
            eventLoop: loops[0],
            iceServers: { _, _ in ICEServerOffer(servers: [], transportPolicy: "relay", lifetime: 600) },
            logger: logger
        )
        let metrics = MetricsSource(
            relay: relay,
            signaling: signaling,
            edge: EdgeCounters(),
            identities: TLSIdentityStore([]),
            renewals: RenewalCounters()
        )
        let administration = Administration(metrics: metrics, log: log, realm: "example.org", logger: logger)
        let token = try #require(BearerToken(Self.token, minimumLength: 32))
        let access = AdminAccess(api: AdminAPI(administration: administration), token: token) { [clock] in clock.now }
        try await body(access)
        await signaling.stop()
        await relay.stop()
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        token: String? = Self.token,
        type: String? = "application/json",
        origin: String? = nil,
        body: String = ""
    ) -> Request {
        var head = HTTPRequest(
            method: method,
            scheme: "https",
            authority: "call.example.com",
            path: "/admin/api/" + path
        )
        if let token { head.headerFields[.authorization] = "Bearer \(token)" }
        if let origin { head.headerFields[.origin] = origin }
        head.headerFields[.contentType] = type
        return Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    private func answer(_ access: AdminAccess, _ request: Request) async -> (status: Int, body: String) {
        let response = await access.answer(request, from: Self.address)
        #expect(response.headers[.cacheControl] == "no-store")
        let body = await BodyCollector.body(of: response) ?? ByteBuffer()
        return (response.status.code, String(buffer: body))
    }

    @Test func `who has the token is told`() async throws {
        try await withAccess { access in
            let status = await answer(access, request(.get, "status", type: nil))
            #expect(status.status == 200 && status.body.contains(#""state":"serving""#))
            #expect(
                await answer(access, request(.get, "sessions?limit=5&sort=rate")).body == #"{"sessions":[],"total":0}"#
            )
            #expect(await answer(access, request(.get, "rooms")).body == #"{"rooms":[],"total":0}"#)
        }
    }

    @Test func `who has not is told nothing, and not often`() async throws {
        try await withAccess { access in
            for _ in 0..<10 { #expect(await answer(access, request(.get, "status", token: nil)).status == 401) }
            for _ in 0..<5 { #expect(await answer(access, request(.get, "status", token: "wrong")).status == 401) }
            #expect(await answer(access, request(.get, "status", token: "wrong")).status == 429)
            #expect(await answer(access, request(.get, "status")).status == 429)
            let other = await access.answer(request(.get, "status"), from: IPAddress(ipv4: 0xC000_0202))
            #expect(other.status == .ok)
            clock.advance(.seconds(13))
            #expect(await answer(access, request(.get, "status")).status == 200)
        }
    }

    @Test func `the level of the log changes at once`() async throws {
        try await withAccess { access in
            let right = await answer(access, request(.put, "loglevel", body: #"{"level":"debug"}"#))
            #expect(right.body == #"{"logLevel":"debug"}"# && log.level == .debug)
            let wrong = await answer(access, request(.put, "loglevel", body: #"{"level":"loud"}"#))
            #expect(wrong.status == 400 && log.level == .debug)
        }
    }

    @Test func `draining can be taken back`() async throws {
        try await withAccess { access in
            #expect(await answer(access, request(.post, "drain", body: "{}")).body == #"{"state":"draining"}"#)
            #expect(await answer(access, request(.get, "status")).body.contains(#""state":"draining""#))
            let back = await answer(access, request(.post, "drain", body: #"{"state":"serving"}"#))
            #expect(back.body == #"{"state":"serving"}"#)
            #expect(await answer(access, request(.get, "status")).body.contains(#""state":"serving""#))
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "kick", "", 405), (.delete, "status", "", 405), (.put, "drain", "{}", 405),
        (.get, "nothing", "", 404), (.get, "", "", 404), (.get, "sessions?limit=0", "", 400),
        (.get, "sessions?limit=1001", "", 400), (.get, "rooms?limit=x", "", 400),
        (.get, "sessions?sort=beauty", "", 400),
        (.post, "kick", "", 400), (.post, "kick", "{}", 400), (.post, "kick", "[]", 400),
        (.post, "kick", #"{"user":"a","room":"b"}"#, 400), (.post, "kick", #"{"user":1}"#, 400),
        (.post, "kick", #"{"session":"0-0-0-0"}"#, 404), (.post, "kick", #"{"session":"x"}"#, 404),
        (.post, "kick", #"{"user":"x"}"#, 404), (.post, "kick", #"{"member":"x"}"#, 404),
        (.post, "kick", #"{"room":"x"}"#, 404), (.post, "drain", #"{"state":"asleep"}"#, 400),
        (.post, "kick", #"{"user":"\#(String(repeating: "x", count: 4096))"}"#, 413),
    ])
    func `what makes no sense gets a sentence`(
        method: HTTPRequest.Method,
        path: String,
        body: String,
        status: Int
    ) async throws {
        try await withAccess { access in
            let answer = await answer(access, request(method, path, body: body))
            #expect(answer.status == status && answer.body.hasPrefix(#"{"error":""#) && answer.body.hasSuffix(#"."}"#))
        }
    }

    @Test func `pages of other sites, and forms, change nothing`() async throws {
        try await withAccess { access in
            let foreign = request(.post, "drain", origin: "https://evil.example", body: "{}")
            #expect(await answer(access, foreign).status == 403)
            for type in ["text/plain", "application/x-www-form-urlencoded", nil] {
                #expect(await answer(access, request(.post, "drain", type: type, body: "{}")).status == 415)
            }
            #expect(await answer(access, request(.get, "status")).body.contains(#""state":"serving""#))
            let own = request(
                .post,
                "drain",
                type: "application/json; charset=utf-8",
                origin: "https://call.example.com",
                body: "{}"
            )
            #expect(await answer(access, own).status == 200)
        }
    }
}
