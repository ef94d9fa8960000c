// SPDX-License-Identifier: Apache-2.0

/// What members may use of the server. Every limit has a default that a call of ten people stays far below.
package struct SignalLimits: Hashable, Sendable {
    /// Open WebSocket connections in total.
    package var connections = 2000
    /// Open WebSocket connections from one remote address.
    package var connectionsPerAddress = 100
    /// WebSocket connections, and joins, that one address may begin in the long run; 0 is no limit.
    package var joinsPerSecondPerAddress = 10
    /// What it may begin at once is what it gets in this time.
    static let arrivalBurstSeconds = 20
    /// Members of one room.
    package var roomSize = 10

    /// People who wait to be let into one room.
    package var waitingSize = 10

    /// Wrong PINs that may come from one address at once, and the time after which it may be wrong once more.
    package var addressWrongPINs = 5
    package var addressPINInterval: Duration = .seconds(30)
    /// The same for one room, from all addresses together.
    package var roomWrongPINs = 20
    package var roomPINInterval: Duration = .seconds(10)

    /// Wrong resume tokens that may come from one address at once, and the time after which there may be one more. Nobody
    /// guesses one; after a restart of the server all that are shown are wrong.
    package var addressWrongTokens = 200
    package var addressTokenInterval: Duration = .seconds(1)

    /// How long a member whose connection is lost keeps its seat.
    package var seatHold: Duration = .seconds(30)
    /// What is kept for a member until it has it for certain: messages, and their bytes. A member that is away when there
    /// is more gives its seat up, since it would miss something.
    package var seatMessages = 500
    package var seatBytes = 256 * 1024

    /// Between two messages to a room about the congestion of one member.
    package var congestionInterval: Duration = .seconds(1)
    /// When congestion is over that is not noted again. Longer than between two notes of the relay.
    package var congestionEnd: Duration = .seconds(2)

    /// Code points of a chat message.
    package var chatTextLength = 2000
    /// What a room keeps of its chat, for those who come later.
    package var chatMessages = 100
    package var chatBytes = 32 * 1024
    /// Messages that go to everybody in the room: what a member may send of `chat`, `state`, `join` and `room` at once.
    package var broadcastBurst = 30
    /// The same for a second in the long run.
    package var broadcastsPerSecond = 5

    /// Bytes of one message, also when it comes in fragments.
    package var messageBytes = 64 * 1024
    /// Frames that one message may come in.
    package var messageFragments = 1024
    /// Messages a member may send at once: joining a room of ten with trickled candidates makes about a hundred.
    package var messageBurst = 200
    /// Messages a second that a member may send in the long run.
    package var messagesPerSecond = 50
    /// Bytes a member may send at once. Below ``unsentBytes``: one sender alone can't fill another's queue in a burst.
    package var byteBurst = 512 * 1024
    /// Bytes a second that a member may send in the long run.
    package var bytesPerSecond = 128 * 1024
    /// Messages over budget that are dropped before the member is closed.
    package var toleratedDrops = 100
    /// Bytes a member may leave unread before it is closed.
    package var unsentBytes = 1024 * 1024

    /// Between two pings of the server to a member.
    package var pingInterval: Duration = .seconds(5)
    /// A member that sent nothing for so long is dead.
    package var deadAfter: Duration = .seconds(12)
    /// A connection that is in no room for so long is closed.
    package var lobbyTimeout: Duration = .seconds(60)
    /// From our Close frame to the end of the connection, if the other side doesn't end it before.
    package var closeTimeout: Duration = .seconds(5)

    package init() {}

    /// - Parameter perSecond: messages that a member may send in the long run. What it may send at once, and bytes, grow
    ///   with them.
    package mutating func setMessageRate(_ perSecond: Int) {
        messageBurst = max(1, messageBurst * perSecond / messagesPerSecond)
        bytesPerSecond = bytesPerSecond * perSecond / messagesPerSecond
        messagesPerSecond = perSecond
    }
}
