// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation

/// Reads the options of all layers: flags, then the environment, then the YAML file, then the names that the product's
/// first specification used (`DOMAIN`, `TURN_DOMAIN` and their like).
struct ConfigurationLoader {
    private let reader: ConfigReader
    /// Of the file alone: flags and the environment have no form for them.
    let realms: [ConfigurationDocument.Realm]

    init(flags: ServeOptions, environment: [String: String]) throws(StartupError) {
        let document = try (flags.config ?? environment["SWIFTTURN_CONFIG"]).map(Self.document)
        reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: flags.values),
            InMemoryProvider(name: "environment", values: Self.values(of: environment)),
            Self.provider(document?.options ?? [:]),
            InMemoryProvider(name: "legacy environment", values: Self.legacyValues(of: environment)),
        ])
        realms = document?.realms ?? []
    }

    /// The options of one realm.
    init(_ realm: ConfigurationDocument.Realm) {
        reader = ConfigReader(provider: Self.provider(realm.options))
        realms = []
    }

    // MARK: Values

    func text(_ key: ConfigurationKey) -> String? {
        reader.string(forKey: key.configKey, isSecret: key.isSecret)
    }

    /// A list, which YAML may also give as a single text, with commas unless it may hold a password.
    func list(_ key: ConfigurationKey) -> [String] {
        if let list = reader.stringArray(forKey: key.configKey, isSecret: key.isSecret) { return list }
        guard let text = text(key) else { return [] }
        return key.isSecret ? [text] : ConfigurationKey.parts(of: text)
    }

    func number(_ key: ConfigurationKey, in range: ClosedRange<Int>) throws(StartupError) -> Int? {
        guard let number = reader.int(forKey: key.configKey) else {
            guard let text = text(key) else { return nil }
            guard let number = Int(text) else { throw .configuration("\(key.rawValue) '\(text)' is not a number") }
            return try check(number, of: key, in: range)
        }
        return try check(number, of: key, in: range)
    }

    private func check(
        _ number: Int,
        of key: ConfigurationKey,
        in range: ClosedRange<Int>
    ) throws(StartupError) -> Int {
        guard range.contains(number) else {
            throw .configuration("\(key.rawValue) \(number) is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    func flag(_ key: ConfigurationKey) throws(StartupError) -> Bool {
        if let flag = reader.bool(forKey: key.configKey) { return flag }
        guard let text = text(key) else { return false }
        throw .configuration("\(key.rawValue) '\(text)' is neither true nor false")
    }

    // MARK: Layers

    private static func values(of environment: [String: String]) -> [AbsoluteConfigKey: ConfigValue] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for key in ConfigurationKey.allCases {
            // Compose files and service managers set empty variables for what is not set.
            guard let text = environment[key.environmentName], !text.isEmpty else { continue }
            values[AbsoluteConfigKey(key.configKey)] = ConfigValue(key.content(of: text), isSecret: key.isSecret)
        }
        return values
    }

    private static func legacyValues(of environment: [String: String]) -> [AbsoluteConfigKey: ConfigValue] {
        var texts: [(ConfigurationKey, String?)] = [
            (.callHost, environment["DOMAIN"]), (.turnHost, environment["TURN_DOMAIN"]),
            (.maxParticipantsPerRoom, environment["MAX_PARTICIPANTS_PER_ROOM"]),
        ]
        if let name = environment["TURN_USERNAME"], let password = environment["TURN_PASSWORD"] {
            texts.append((.user, "\(name):\(password)"))
        }
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for case (let key, let text?) in texts where !text.isEmpty {
            // A password may hold a comma: it is never split.
            let content = key == .user ? ConfigContent.stringArray([text]) : key.content(of: text)
            values[AbsoluteConfigKey(key.configKey)] = ConfigValue(content, isSecret: key.isSecret)
        }
        return values
    }

    private static func document(_ path: String) throws(StartupError) -> ConfigurationDocument {
        guard let text = TextFile.read(path) else {
            throw .noInput("the configuration file '\(path)' cannot be read")
        }
        return try ConfigurationDocument(text, path: path)
    }

    private static func provider(_ options: ConfigurationDocument.Options) -> InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, content) in options {
            values[AbsoluteConfigKey(key.configKey)] = ConfigValue(content, isSecret: key.isSecret)
        }
        return InMemoryProvider(name: "file", values: values)
    }
}

extension ConfigurationKey {
    /// What a text of the environment means for this option; a text that does not fit stays one, to be complained of.
    fileprivate func content(of text: String) -> ConfigContent {
        switch kind {
        case .list: .stringArray(Self.parts(of: text))
        case .number: Int(text).map(ConfigContent.int) ?? .string(text)
        case .flag: Bool(text.lowercased()).map(ConfigContent.bool) ?? .string(text)
        case .text: .string(text)
        }
    }

    /// The parts of a list in one text, which commas separate.
    static func parts(of text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
