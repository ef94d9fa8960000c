// SPDX-License-Identifier: Apache-2.0

/// Why certificates or keys cannot be used, in one sentence for the person who configured them.
package struct TLSIdentityError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
