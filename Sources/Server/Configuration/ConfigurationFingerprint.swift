// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import OpenSSLCrypto

/// Tells which options have another value than before, without keeping values, which may be secrets.
struct ConfigurationFingerprint: Sendable, Equatable {
    /// An option of the server or of one of its `realms`, or such a realm itself.
    struct Setting: Hashable, Sendable, CustomStringConvertible {
        var realm: String?
        /// Nil for the realm itself.
        var key: ConfigurationKey?

        var isLive: Bool { key?.isLive == true }

        var description: String {
            [realm.map { "realms.\($0)" }, key?.rawValue].compactMap(\.self).joined(separator: ".")
        }
    }

    private(set) var hashes: [Setting: [UInt8]] = [:]

    init(_ loader: ConfigurationLoader) {
        add(loader, realm: nil)
        for realm in loader.realms {
            hashes[Setting(realm: realm.name)] = Self.hash(realm.hosts.joined(separator: "\n"))
            add(ConfigurationLoader(realm), realm: realm.name)
        }
    }

    private mutating func add(_ loader: ConfigurationLoader, realm: String?) {
        for key in ConfigurationKey.allCases where loader.origins[key] != nil {
            var text = EffectiveConfiguration.value(key, loader)
            if key.isContentFile {
                let paths = key.kind == .list ? loader.list(key) : [loader.text(key) ?? ""]
                for path in paths { text += "\n" + Self.hash(ofFile: path) }
            }
            hashes[Setting(realm: realm, key: key)] = Self.hash(text)
        }
    }

    private static func hash(_ text: String) -> [UInt8] {
        (try? digest(.sha256, Array(text.utf8))) ?? []
    }

    private static func hash(ofFile path: String) -> String {
        let bytes = FileManager.default.contents(atPath: path).map(Array.init) ?? []
        return base64Encoded((try? digest(.sha256, bytes)) ?? [])
    }

    // MARK: Differences

    /// What is not as it was, in alphabetical order. Of a realm that came or went only itself is named.
    func changes(since other: ConfigurationFingerprint) -> [Setting] {
        let all = Set(hashes.keys).union(other.hashes.keys)
        let changed = all.filter { hashes[$0] != other.hashes[$0] && !isPart($0, ofRealmMissingIn: other) }
        return changed.sorted { "\($0)" < "\($1)" }
    }

    private func isPart(_ setting: Setting, ofRealmMissingIn other: ConfigurationFingerprint) -> Bool {
        guard let realm = setting.realm, setting.key != nil else { return false }
        let itself = Setting(realm: realm)
        return hashes[itself] == nil || other.hashes[itself] == nil
    }

    /// What a server has that was started with this and has taken over what is live in `newer`.
    func takingLive(of newer: ConfigurationFingerprint) -> ConfigurationFingerprint {
        var result = self
        for setting in newer.changes(since: self) where setting.isLive {
            result.hashes[setting] = newer.hashes[setting]
        }
        return result
    }
}
