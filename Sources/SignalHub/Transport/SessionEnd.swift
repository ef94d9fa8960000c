// SPDX-License-Identifier: Apache-2.0

/// Who ended a WebSocket connection, and why.
struct SessionEnd: Hashable, Sendable {
    enum Party: String, Sendable {
        case client
        case server
        /// The connection was cut without a Close frame.
        case network
    }

    var party: Party
    /// The status code of the Close frame, if there was one (RFC 6455, section 7.4).
    var code: UInt16?
    /// May hold what the client wrote: to be escaped before it is logged.
    var text: String

    static let cut = SessionEnd(party: .network, code: nil, text: "connection cut")

    static func server(_ reason: CloseReason) -> SessionEnd {
        SessionEnd(party: .server, code: reason.code, text: reason.text)
    }
}
