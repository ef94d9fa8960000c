// SPDX-License-Identifier: Apache-2.0

/// Remembers which of the latest sequence numbers arrived, in constant memory.
struct SequenceTracker {
    enum Arrival: Equatable {
        /// The highest so far.
        case inOrder
        /// After a higher one (RFC 4737, section 3.3).
        case reordered
        case duplicate
    }

    /// Numbers that are remembered. Of what is older than that nobody knows whether it is a duplicate.
    static let span: UInt64 = 1 << 16

    /// One above the highest number that arrived.
    private(set) var next: UInt64 = 0
    private var bits = [UInt64](repeating: 0, count: Int(span / 64))

    mutating func record(_ sequence: UInt64) -> Arrival {
        if sequence >= next {
            forget(upTo: sequence)
            next = sequence &+ 1
            _ = insert(sequence)
            return .inOrder
        }
        guard next - sequence <= Self.span else { return .reordered }
        return insert(sequence) ? .reordered : .duplicate
    }

    private mutating func forget(upTo sequence: UInt64) {
        if sequence - next >= Self.span {
            bits = [UInt64](repeating: 0, count: bits.count)
        } else {
            for number in next...sequence { bits[word(number)] &= ~bit(number) }
        }
    }

    private mutating func insert(_ sequence: UInt64) -> Bool {
        let isNew = bits[word(sequence)] & bit(sequence) == 0
        bits[word(sequence)] |= bit(sequence)
        return isNew
    }

    private func word(_ sequence: UInt64) -> Int { Int(sequence % Self.span / 64) }
    private func bit(_ sequence: UInt64) -> UInt64 { 1 << (sequence % 64) }
}
