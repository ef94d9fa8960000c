// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import STUNCodec
import SignalHub
import Synchronization

/// Lets those with the token at the administration of the server, on the port where everybody else is, too.
final class AdminAccess: Sendable {
    private let api: AdminAPI
    private let token: BearerToken
    /// Pages of other sites have nothing to do here, wherever they may open WebSockets.
    private let origins = OriginPolicy(allowed: [])
    private let wrongTokens: Mutex<WrongTokens>
    private let uptime: @Sendable () -> Duration

    /// - Parameter uptime: since any fixed moment.
    init(api: AdminAPI, token: BearerToken, uptime: @escaping @Sendable () -> Duration = AdminAccess.uptime()) {
        self.api = api
        self.token = token
        self.uptime = uptime
        wrongTokens = Mutex(WrongTokens())
    }

    private static func uptime() -> @Sendable () -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        return { clock.now - start }
    }

    /// - Parameter address: the client's.
    func answer(_ request: Request, from address: IPAddress) async -> Response {
        let address = "\(address.limitGroup)"
        do throws(AdminError) {
            try authenticate(request, from: address)
            try refuseForeigners(request)
        } catch {
            return AdminAPI.response(error)
        }
        return await api.answer(request, from: .address(address))
    }

    /// From too many wrong tokens on, even the right one is not looked at for a while.
    private func authenticate(_ request: Request, from address: String) throws(AdminError) {
        guard let header = request.headers[.authorization] else { throw .noToken }
        let now = uptime()
        guard !wrongTokens.withLock({ $0.block(address, at: now) }) else { throw .blocked }
        guard token.isIn(header) else {
            wrongTokens.withLock { $0.note(from: address, at: now) }
            throw .wrongToken
        }
    }

    /// A browser sends the origin with every change, and asks before it sends JSON to another one.
    private func refuseForeigners(_ request: Request) throws(AdminError) {
        guard origins.admits(origin: request.headers[.origin], host: request.head.authority) else {
            throw .foreignOrigin
        }
        guard request.method == .post || request.method == .put else { return }
        let type = request.headers[.contentType]?.split(separator: ";").first?.trimmingPrefix { $0 == " " }
        guard type?.lowercased() == "application/json" else { throw .notJSON }
    }
}
