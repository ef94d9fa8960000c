// SPDX-License-Identifier: Apache-2.0

/// A time-limited TURN credential in the form of the common TURN REST convention
/// (draft-uberti-behave-turn-rest-00): the user name starts with the expiry, the password is a MAC over the user name.
package struct EphemeralCredential: Hashable, Sendable {
    /// `expiry:user`, or `expiry:user#room=...` when the credential is tagged with a room.
    package let username: String
    /// base64 of HMAC-SHA1 over `username`, keyed with the shared secret.
    package let password: String
    /// Seconds since 1970 after which no allocation can be made with this credential.
    package let expiresAt: Int64
}
