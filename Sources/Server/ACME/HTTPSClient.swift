// SPDX-License-Identifier: Apache-2.0

import ACME
import NIOCore
import NIOHTTP1
import NIOPosix
import OpenSSLTLS

/// Sends requests to CAs, each on a connection of its own: there are some ten in two months.
struct HTTPSClient: Sendable {
    private let group: any EventLoopGroup
    private let tls: TLSClientConfiguration

    private static let connectTimeout = TimeAmount.seconds(10)
    /// TLS handshake included.
    private static let timeout = TimeAmount.seconds(30)
    /// Of a response, in bytes. A chain of certificates has some thousand.
    private static let bodyLimit = 256 * 1024
    private static let addressLimit = 4

    /// - Parameter caFile: certificates to trust beside those that the system trusts.
    init(group: any EventLoopGroup, caFile: String?) throws(StartupError) {
        self.group = group
        do {
            tls = try TLSClientConfiguration(
                trust: caFile.map { .systemRootsAnd(certificateFile: $0) } ?? .systemRoots,
                resumesSessions: false
            )
        } catch {
            throw .noInput("acme-ca-file: \(error)")
        }
    }

    /// Ends at once when the task is cancelled.
    func send(_ request: ACMERequest) async throws(ACMEFailure) -> ACMEResponse {
        let target = try HTTPSTarget(request.url)
        let answer = group.next().makePromise(of: HTTPExchangeHandler.Answer.self)
        exchange(request, target, answer)
        do {
            return try await withTaskCancellationHandler {
                ACMEResponse(try await answer.futureResult.get())
            } onCancel: {
                answer.fail(CancellationError())
            }
        } catch let failure as ACMEFailure {
            throw failure
        } catch {
            throw .unreachable("\(target.authority): \(ProbeConnector.words(for: error))")
        }
    }

    private func exchange(
        _ request: ACMERequest,
        _ target: HTTPSTarget,
        _ answer: EventLoopPromise<HTTPExchangeHandler.Answer>
    ) {
        let loop = answer.futureResult.eventLoop
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            Array(HostResolver.addresses(of: target.host, port: target.port).prefix(Self.addressLimit))
        }
        .flatMap { addresses in
            connect(
                to: addresses[...],
                on: loop,
                orFailWith: .unreachable("\(target.host) is not a name that resolves")
            )
        }
        .flatMapThrowing { channel in
            try attach(handler(request, target, answer), to: channel, target)
        }
        .whenFailure { answer.fail($0) }
    }

    private func handler(
        _ request: ACMERequest,
        _ target: HTTPSTarget,
        _ answer: EventLoopPromise<HTTPExchangeHandler.Answer>
    ) -> HTTPExchangeHandler {
        HTTPExchangeHandler(
            HTTPRequestHead(request, target),
            body: request.body,
            bodyLimit: Self.bodyLimit,
            timeout: Self.timeout,
            answer: answer,
            failure: { ACMEFailure.unreachable("\(target.authority): \($0)") }
        )
    }

    /// One address after the other.
    private func connect(
        to addresses: ArraySlice<SocketAddress>,
        on loop: any EventLoop,
        orFailWith failure: ACMEFailure
    ) -> EventLoopFuture<any Channel> {
        guard let address = addresses.first else { return loop.makeFailedFuture(failure) }
        return ClientBootstrap(group: loop).connectTimeout(Self.connectTimeout).connect(to: address)
            .flatMapError { error in
                let problem = "\(address.ipAddress ?? "?"):\(address.port ?? 0) \(ProbeConnector.words(for: error))"
                return connect(to: addresses.dropFirst(), on: loop, orFailWith: .unreachable(problem))
            }
    }

    /// On the channel's loop.
    private func attach(_ handler: HTTPExchangeHandler, to channel: any Channel, _ target: HTTPSTarget) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(TLSClientHandler(configuration: tls, serverName: target.host))
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(handler)
    }
}

extension HTTPRequestHead {
    fileprivate init(_ request: ACMERequest, _ target: HTTPSTarget) {
        var headers = HTTPHeaders([
            // RFC 8555, section 6.1:
            // > ACME clients MUST send a User-Agent header field
            ("Host", target.authority), ("User-Agent", "swiftturn/\(Version.current)"), ("Connection", "close"),
        ])
        if request.method == .post {
            headers.add(name: "Content-Type", value: ACMERequest.contentType)
            headers.add(name: "Content-Length", value: "\(request.body.count)")
        }
        let method = HTTPMethod(rawValue: request.method.rawValue)
        self.init(version: .http1_1, method: method, uri: target.path, headers: headers)
    }
}

extension ACMEResponse {
    fileprivate init(_ answer: HTTPExchangeHandler.Answer) {
        let headers = answer.head.headers.map { (name: $0.name, value: $0.value) }
        self.init(status: Int(answer.head.status.code), headers: headers, body: answer.body)
    }
}
