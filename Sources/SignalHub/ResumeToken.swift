// SPDX-License-Identifier: Apache-2.0

/// What a member shows to get its seat back. Told to nobody else, and in no log: its description does not show it.
struct ResumeToken: Sendable, CustomStringConvertible {
    /// 192 random bits.
    private let text: String

    static func random(using generator: inout some RandomNumberGenerator) -> ResumeToken {
        ResumeToken(text: (0..<3).map { _ in Hexadecimal.text(generator.next()) }.joined())
    }

    func isShown(by given: String) -> Bool { SecretText.isEqual(given, text) }

    /// For the message that tells its owner.
    var json: String { JSONText.string(text) }

    var description: String { "(secret)" }
}
