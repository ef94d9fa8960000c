// SPDX-License-Identifier: Apache-2.0

import Logging
import SignalHub
import Synchronization
import TURNRelay

/// What people who look after a running server see of it, and do to it. Every change leaves a line in the log, of level
/// `notice`.
final class Administration: Sendable {
    private struct State {
        var isDraining = false
        var isStopping = false
    }

    private let metrics: MetricsSource
    private let log: LogOutput
    /// Where members of rooms are users.
    private let realm: String
    private let logger: Logger
    private let state = Mutex(State())

    init(metrics: MetricsSource, log: LogOutput, realm: String, logger: Logger) {
        self.metrics = metrics
        self.log = log
        self.realm = realm
        self.logger = logger
    }

    private var relay: RelayServer { metrics.relay }
    private var signaling: SignalServer { metrics.signaling }

    // MARK: What there is

    func status() async -> AdminStatus {
        var status = AdminStatus(await metrics.snapshot())
        status.state = state.withLock { $0.isDraining || $0.isStopping } ? .draining : .serving
        status.logLevel = log.level.rawValue
        return status
    }

    func sessions(_ order: SessionOrder, limit: Int) async -> AdminSessions {
        AdminSessions(await relay.sessions(order, limit: limit), now: ProcessReading.now)
    }

    func rooms(limit: Int) async -> AdminRooms {
        AdminRooms(await signaling.listRooms(limit: limit), now: ProcessReading.now)
    }

    // MARK: Changes

    func kick(_ request: KickRequest, by caller: AdminCaller) async throws(AdminError) -> KickAnswer {
        let given = [request.session, request.user, request.member, request.room].compactMap(\.self)
        guard given.count == 1, given.first?.isEmpty == false else {
            throw .badRequest("Name one to throw out, as \"session\", \"user\", \"member\" or \"room\".")
        }
        if let session = request.session { return try await kick(session: session, by: caller) }
        if let user = request.user { return try await kick(user: user, by: caller) }
        if let member = request.member { return try await kick(member: member, by: caller) }
        return try await kick(room: request.room ?? "", by: caller)
    }

    private func kick(session: String, by caller: AdminCaller) async throws(AdminError) -> KickAnswer {
        guard let handle = AllocationHandle(session), await relay.kick(handle) else {
            throw .nobody("There is no such session (any more): look for its id in the list of sessions.")
        }
        note("session ended", by: caller, ["session": "\(session)"])
        return KickAnswer(ended: 1)
    }

    private func kick(user: String, by caller: AdminCaller) async throws(AdminError) -> KickAnswer {
        let ended = await relay.kick(users: [user])
        guard ended > 0 else {
            throw .nobody("No session is of such a user: look for the name in the list of sessions.")
        }
        // No user is named in the log.
        note("sessions of a user ended", by: caller, ["sessions": .stringConvertible(ended)])
        return KickAnswer(ended: ended)
    }

    private func kick(member: String, by caller: AdminCaller) async throws(AdminError) -> KickAnswer {
        let removed = await signaling.remove(peerID: member)
        guard !removed.isEmpty else {
            throw .nobody("There is no such member (any more): look for its id in the list of rooms.")
        }
        return await end(removed, "member removed", by: caller, ["peer": "\(member)"])
    }

    /// Rooms are not named in the log: whoever knows a name may join.
    private func kick(room: String, by caller: AdminCaller) async throws(AdminError) -> KickAnswer {
        let removed = await signaling.remove(room: room)
        guard !removed.isEmpty else { throw .nobody("There is no such room (any more): look at the list of rooms.") }
        return await end(removed, "room closed", by: caller)
    }

    /// Ends the media of members, too, whose credentials are good for a while.
    private func end(
        _ members: [String],
        _ change: Logger.Message,
        by caller: AdminCaller,
        _ metadata: Logger.Metadata = [:]
    ) async -> KickAnswer {
        let sessions = await relay.kick(users: Set(members), of: realm)
        let counts: Logger.Metadata = [
            "members": .stringConvertible(members.count), "sessions": .stringConvertible(sessions),
        ]
        note(change, by: caller, metadata.merging(counts) { first, _ in first })
        return KickAnswer(ended: members.count)
    }

    /// Returns when it is so.
    func setDraining(_ isDraining: Bool, by caller: AdminCaller) async throws(AdminError) -> DrainAnswer {
        let (isStopping, changes) = state.withLock { state in
            guard !state.isStopping else { return (true, false) }
            defer { state.isDraining = isDraining }
            relay.setDraining(isDraining)
            signaling.setDraining(isDraining)
            return (false, state.isDraining != isDraining)
        }
        if isStopping, !isDraining { throw .stopping }
        await relay.proveAlive()
        await signaling.proveAlive()
        if changes { note(isDraining ? "draining: nobody new is taken in" : "serving again", by: caller) }
        return DrainAnswer(state: isDraining ? .draining : .serving)
    }

    /// The server is about to stop: nobody new is taken in, for good.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            relay.setDraining(true)
        }
    }

    func setLogLevel(_ text: String, by caller: AdminCaller) throws(AdminError) -> LogLevelAnswer {
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("There is no such level: take one of \(levels).")
        }
        let before = log.level
        // Said while either level lets it through.
        log.level = min(before, level)
        note("log level changed", by: caller, ["from": "\(before)", "to": "\(level)"])
        log.level = level
        return LogLevelAnswer(logLevel: level.rawValue)
    }

    private func note(_ change: Logger.Message, by caller: AdminCaller, _ metadata: Logger.Metadata = [:]) {
        logger.notice(change, metadata: metadata.merging(["by": "\(caller)"]) { first, _ in first })
    }
}

/// Who asks for a change.
enum AdminCaller: Sendable, CustomStringConvertible {
    /// Somebody who may open the Unix socket.
    case socket
    /// Somebody with the token.
    case address(String)

    var description: String {
        switch self {
        case .socket: "admin-socket"
        case .address(let address): address
        }
    }
}
