// SPDX-License-Identifier: Apache-2.0

/// Text that nobody may find out by how long it takes to refuse another one.
enum SecretText {
    /// Takes a time that depends on what was given alone: neither on where it differs from the secret, nor on the secret's
    /// length.
    static func isEqual(_ given: String, _ secret: String) -> Bool {
        let (given, secret) = (Array(given.utf8), Array(secret.utf8))
        guard !secret.isEmpty else { return given.isEmpty }
        let difference = given.indices.reduce(given.count ^ secret.count) {
            $0 | Int(given[$1] ^ secret[$1 % secret.count])
        }
        return difference == 0
    }
}
