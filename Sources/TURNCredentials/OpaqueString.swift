// SPDX-License-Identifier: Apache-2.0

/// The OpaqueString profile (RFC 8265, section 4.2) that user names, realms and passwords are processed with before
/// keys are made of them.
///
/// ASCII is left as it is. Of the rules for the rest, the mapping of spaces is applied. Text is not brought into
/// Normalization Form C: the standard library has no public API for it, and keyboards give that form already.
package enum OpaqueString {
    /// > Any instances of non-ASCII space MUST be mapped to SPACE (U+0020)
    package static func enforce(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        return String(scalars)
    }
}
