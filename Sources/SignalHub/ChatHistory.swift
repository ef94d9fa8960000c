// SPDX-License-Identifier: Apache-2.0

/// One message of a chat, as it was sent.
struct ChatMessage: Hashable, Sendable {
    /// Counts the messages of a room.
    let number: Int
    let peerID: String
    /// The sender's name when it sent the message: it may have left since.
    let name: String?
    let text: String
    let sent: Duration

    /// What it takes up, about.
    fileprivate var bytes: Int { peerID.utf8.count + (name?.utf8.count ?? 0) + text.utf8.count }
}

/// The newest messages of a room, for those who come later. The oldest make place for new ones.
struct ChatHistory: Sendable {
    private(set) var messages: [ChatMessage] = []
    private var bytes = 0
    private var count = 0

    /// - Returns: the message with its number.
    mutating func append(
        _ text: String,
        from peerID: String,
        named name: String?,
        at now: Duration,
        limits: SignalLimits
    ) -> ChatMessage {
        count += 1
        let message = ChatMessage(number: count, peerID: peerID, name: name, text: text, sent: now)
        messages.append(message)
        bytes += message.bytes
        while messages.count > limits.chatMessages || bytes > limits.chatBytes {
            bytes -= messages.removeFirst().bytes
        }
        return message
    }
}
