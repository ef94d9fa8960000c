// SPDX-License-Identifier: Apache-2.0

/// The newest messages to a member, numbered from 1: those that it may not have got when its connection is lost.
struct Outbox: Sendable, CustomStringConvertible {
    /// How many there were, kept or not.
    private(set) var count = 0
    private(set) var byteCount = 0
    private var messages: [String] = []

    var keptCount: Int { messages.count }

    /// What members say to each other, and their tokens and credentials, are in no log.
    var description: String { "(\(count) messages)" }

    mutating func append(_ message: String) {
        count += 1
        messages.append(message)
        byteCount += message.utf8.count
    }

    func exceeds(_ limits: SignalLimits) -> Bool {
        messages.count > limits.seatMessages || byteCount > limits.seatBytes
    }

    mutating func forgetOldest() {
        forget(upTo: forgottenCount + 1)
    }

    /// - Parameter number: of a message that has arrived. What is no such number changes nothing.
    mutating func forget(upTo number: Int) {
        guard forgottenCount < number, number <= count else { return }
        let arrived = number - forgottenCount
        byteCount -= messages.prefix(arrived).reduce(0) { $0 + $1.utf8.count }
        messages.removeFirst(arrived)
    }

    /// - Returns: nil when not all of them are kept, or there never were so many.
    func messages(after number: Int) -> [String]? {
        guard forgottenCount <= number, number <= count else { return nil }
        return Array(messages.dropFirst(number - forgottenCount))
    }

    private var forgottenCount: Int { count - messages.count }
}
