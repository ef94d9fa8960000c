// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// Who has this gets what others do not (RFC 6750).
struct BearerToken: Sendable, Equatable {
    /// Digests are compared, which all have one length: the time says nothing about the token's.
    private let hash: [UInt8]

    /// - Returns: nil for what is too short, or has characters that no header can have in a token.
    init?(_ text: String, minimumLength: Int) {
        guard text.utf8.count >= minimumLength, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }),
            let hash = try? digest(.sha256, Array(text.utf8))
        else { return nil }
        self.hash = hash
    }

    /// - Parameter header: the value of Authorization.
    func isIn(_ header: String?) -> Bool {
        let parts = header?.split(separator: " ", maxSplits: 1) ?? []
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            let given = try? digest(.sha256, Array(parts[1].utf8))
        else { return false }
        return constantTimeEqual(given.span.bytes, hash.span.bytes)
    }
}
