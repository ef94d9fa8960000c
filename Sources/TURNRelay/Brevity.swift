// SPDX-License-Identifier: Apache-2.0

/// How much an answer leaves out to be short.
///
/// Who asks over UDP and has not proved who he is may have forged his address: the answer is at most three times as long
/// as the request, so that nobody is worth attacking through us. Each case leaves out what the one before does, and more.
enum Brevity: Int, CaseIterable, Comparable {
    case complete
    /// RFC 8489, section 14.14: for diagnosis alone.
    case withoutSoftware
    /// The code says the same.
    case withoutReason
    /// No PASSWORD-ALGORITHMS and no nonce cookie: a challenge as of RFC 5389, which all clients know.
    case withoutAlgorithms

    static let factor = 3

    static func < (left: Brevity, right: Brevity) -> Bool { left.rawValue < right.rawValue }
}
