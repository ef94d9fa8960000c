// SPDX-License-Identifier: Apache-2.0

/// What names of users and realms may be stored: those that a client can send.
enum UserName {
    /// RFC 8489, section 14.3: "fewer than 509 bytes".
    private static let maximumUserLength = 508
    /// RFC 8489, section 14.9: "fewer than 128 characters and can be as long as 763 bytes".
    private static let maximumRealmLength = 763

    static func check(user name: String) throws(StartupError) {
        guard (1...maximumUserLength).contains(name.utf8.count), hasNoControls(name) else {
            throw .configuration("a user name has 1 to \(maximumUserLength) bytes and no control characters")
        }
    }

    static func check(realm: String) throws(StartupError) {
        guard (1...maximumRealmLength).contains(realm.utf8.count), hasNoControls(realm) else {
            throw .configuration("a realm has 1 to \(maximumRealmLength) bytes and no control characters")
        }
    }

    /// Line breaks and terminal escapes would forge lines of lists and logs.
    private static func hasNoControls(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
