// SPDX-License-Identifier: Apache-2.0

/// Why the server closes a connection: what the Close frame says.
package struct CloseReason: Error, Hashable, Sendable {
    /// A status code of RFC 6455, section 7.4.
    package let code: UInt16
    /// At most 123 bytes: a control frame carries 125.
    package let text: String

    private init(_ code: UInt16, _ text: String) {
        self.code = code
        self.text = text
    }

    static let all = [
        seatTaken, serverStopping, unmaskedFrame, reservedBits, unknownOpcode, malformedFrame, malformedClose,
        unexpectedContinuation, interruptedMessage, binaryMessage, invalidUTF8, tooManyFragments, messageRate,
        controlRate, noRoom, silent, messageTooLarge, connectionLimit, arrivalRate,
        unread, removed,
    ]

    static let seatTaken = CloseReason(1000, "the member goes on by another connection")
    static let serverStopping = CloseReason(1001, "the server is stopping")
    static let unmaskedFrame = CloseReason(1002, "a frame of a client must be masked")
    static let reservedBits = CloseReason(1002, "reserved bits are set, but no extension was negotiated")
    static let unknownOpcode = CloseReason(1002, "unknown opcode")
    static let malformedFrame = CloseReason(1002, "malformed control frame")
    static let malformedClose = CloseReason(1002, "malformed Close frame")
    static let unexpectedContinuation = CloseReason(1002, "a continuation without a message to continue")
    static let interruptedMessage = CloseReason(1002, "a new message before the end of the last one")
    static let binaryMessage = CloseReason(1003, "messages are text")
    static let invalidUTF8 = CloseReason(1007, "text must be UTF-8")
    static let tooManyFragments = CloseReason(1008, "a message in too many fragments")
    static let messageRate = CloseReason(1008, "too many messages")
    static let controlRate = CloseReason(1008, "too many control frames")
    static let noRoom = CloseReason(1008, "no room was joined in time")
    static let silent = CloseReason(1008, "nothing was heard for too long")
    static let messageTooLarge = CloseReason(1009, "the message is too large")
    static let connectionLimit = CloseReason(1013, "too many connections, try again later")
    static let arrivalRate = CloseReason(1013, "too many connections and joins from this address, try again later")
    /// Of the codes for applications (RFC 6455, section 7.4.2): who gets it need not come back.
    static let removed = CloseReason(4000, "an administrator of the server has ended this")
    static let unread = CloseReason(1013, "messages are not read fast enough, try again later")
}
