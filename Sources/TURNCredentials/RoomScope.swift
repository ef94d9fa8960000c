// SPDX-License-Identifier: Apache-2.0

internal import OpenSSLCrypto

/// The room that a credential is valid for.
///
/// The relay joins two allocations only when their scopes, and the realms of these, are equal. A credential without a room
/// has no scope, and "no scope" equals "no scope".
package struct RoomScope: Hashable, Sendable {
    package let name: String

    package init(name: String) {
        self.name = name
    }

    /// Separates the tag from the user. Long enough that no user id of another issuer (`@alice:example.org`,
    /// `alice@example.org`) is taken for a room.
    private static let marker = Array("#room=".utf8)
}

extension RoomScope {
    /// The tag to append to a user name. The room is in base64url: printable ASCII that cannot hold a second marker,
    /// and a third longer than the name, where a percent-encoded one could be three times as long.
    var tag: String {
        String(decoding: Self.marker, as: UTF8.self) + Base64URL.encode(Array(name.utf8))
    }

    /// Splits `user#room=...` into its parts. A malformed tag is part of the user: the MAC decides what is authentic,
    /// and a scope must never be guessed.
    ///
    /// Works on bytes: to `Character`, a `#` after some scalars is no character of its own.
    static func split(_ bytes: ArraySlice<UInt8>) -> (user: ArraySlice<UInt8>, scope: RoomScope?) {
        guard let start = lastMarker(in: bytes),
            let decoded = Base64URL.decode(bytes[(start + marker.count)...]),
            let name = String(validating: decoded, as: UTF8.self), !name.isEmpty
        else { return (bytes, nil) }
        return (bytes[..<start], RoomScope(name: name))
    }

    private static func lastMarker(in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= marker.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - marker.count).last { bytes[$0...].starts(with: marker) }
    }
}
