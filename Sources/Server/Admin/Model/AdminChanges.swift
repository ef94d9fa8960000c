// SPDX-License-Identifier: Apache-2.0

/// Whom to throw out: one of these.
struct KickRequest: Codable, Equatable, Sendable {
    var session: String?
    var user: String?
    var member: String?
    var room: String?
}

struct KickAnswer: Codable, Equatable, Sendable {
    /// How many of what was named: sessions of a session or a user, people of a member or a room.
    let ended: Int
}

struct DrainRequest: Codable, Equatable, Sendable {
    /// Nil for draining.
    var state: AdminStatus.State?
}

struct DrainAnswer: Codable, Equatable, Sendable {
    let state: AdminStatus.State
}

struct LogLevelRequest: Codable, Equatable, Sendable {
    let level: String
}

struct LogLevelAnswer: Codable, Equatable, Sendable {
    let logLevel: String
}

/// Why something was not done: a sentence with a next step.
struct AdminProblem: Codable, Equatable, Sendable {
    let error: String
}
