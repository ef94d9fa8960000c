// SPDX-License-Identifier: Apache-2.0

/// Why certificates or keys cannot be used, in one sentence for the person who configured them.
package struct TLSIdentityError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which of the two it is about.
    package enum Part: Sendable {
        case certificate
        case privateKey
    }

    package let description: String
    package let part: Part

    init(_ description: String, about part: Part = .certificate) {
        self.description = description
        self.part = part
    }
}
