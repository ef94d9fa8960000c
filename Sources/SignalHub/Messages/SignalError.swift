// SPDX-License-Identifier: Apache-2.0

/// Why a message was not obeyed, for programs (`code`) and for people (`message`). The connection stays open.
struct SignalError: Error, Hashable {
    enum Code: String, CaseIterable {
        case invalidMessage = "invalid-message"
        case notJoined = "not-joined"
        case alreadyJoined = "already-joined"
        case roomFull = "room-full"
        case unknownPeer = "unknown-peer"
        case rateLimited = "rate-limited"
        case serverFull = "server-full"
        case pinRequired = "pin-required"
        case wrongPIN = "wrong-pin"
        case pinBlocked = "pin-blocked"
        case declined = "declined"
        case roomClosed = "room-closed"
        case notHost = "not-host"
        case resumeFailed = "resume-failed"
    }

    let code: Code
    let message: String

    static let notJSON = invalid("The message is not valid JSON.")
    static let tooDeep = invalid("The message is nested too deeply.")
    static let notAnObject = invalid("The message is not a JSON object.")
    static let duplicateKey = invalid("The message has a field twice.")
    static let unknownType = invalid("The message has a type that is not known.")
    static let invalidRoomName = invalid("A room name has 1 to 64 characters and no control characters.")
    static let invalidName = invalid("A name has at most 64 characters and no control characters.")
    static let invalidPIN = invalid("A PIN has 4 to 32 characters and no control characters.")
    static let invalidChat = invalid("A chat message has 1 to 2000 characters and no control characters.")
    static let notJoined = SignalError(code: .notJoined, message: "Join a room first.")
    static let alreadyJoined = SignalError(code: .alreadyJoined, message: "You are in a room already.")
    static let roomFull = SignalError(code: .roomFull, message: "The room is full.")
    static let waitingRoomFull = SignalError(
        code: .roomFull,
        message: "Too many people are waiting for this room already. Try again later."
    )
    static let pinRequired = SignalError(code: .pinRequired, message: "This room has a PIN.")
    static let wrongPIN = SignalError(code: .wrongPIN, message: "That is not the PIN of this room.")
    static let pinBlocked = SignalError(
        code: .pinBlocked,
        message: "There were too many wrong PINs. Wait for a minute, or ask to be let in."
    )
    static let declined = SignalError(code: .declined, message: "Nobody let you in this time.")
    static let roomClosed = SignalError(
        code: .roomClosed,
        message: "Everybody has left the room. Join again to open it."
    )
    static let notHost = SignalError(
        code: .notHost,
        message: "Only the host, who is here for the longest time, can change that."
    )
    static let resumeFailed = SignalError(
        code: .resumeFailed,
        message: "Your seat is not held any more. Join again."
    )
    static let unknownPeer = SignalError(code: .unknownPeer, message: "The participant is not in your room (any more).")
    static let rateLimited = SignalError(
        code: .rateLimited,
        message: "Too many messages in a short time; this one was not delivered."
    )
    /// As far as anybody is concerned who wants in, the server is full.
    static let draining = SignalError(
        code: .serverFull,
        message: "The server takes nobody in at the moment. Try again later."
    )
    static let serverFull = SignalError(
        code: .serverFull,
        message: "The server has too many connections. Try again later."
    )

    /// - Parameter requirement: what the field must be, as the end of a sentence.
    static func wrongField(_ name: StaticString, _ requirement: StaticString) -> SignalError {
        invalid("The field \"\(name)\" must be \(requirement).")
    }

    private static func invalid(_ message: String) -> SignalError {
        SignalError(code: .invalidMessage, message: message)
    }
}
