// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation

/// Reads the options of all layers: flags, then the environment, then the YAML file, then the names that the product's
/// first specification used (`DOMAIN`, `TURN_DOMAIN` and their like).
struct ConfigurationLoader {
    private let reader: ConfigReader
    /// Of the values that count.
    let origins: ValueOrigins
    /// Of the file alone: flags and the environment have no form for them.
    let realms: [ConfigurationDocument.Realm]

    init(_ source: ConfigurationSource) throws(StartupError) {
        let document = try source.document()
        if let problem = document?.problems.first { throw problem }
        let layers = [
            ("flags", source.flags), ("environment", Self.values(of: source.environment)),
            ("file", Self.values(of: document?.options ?? [:])),
            ("legacy environment", Self.legacyValues(of: source.environment)),
        ]
        reader = ConfigReader(providers: layers.map { InMemoryProvider(name: $0.0, values: $0.1) })
        realms = document?.realms ?? []
        let legacyNames = Self.legacyNames
        let origins = document.map { Self.origins(of: $0.options, in: $0.path) } ?? [:]
        let all: [(ConfigurationKey) -> ValueOrigin?] = [
            { .flag("--\($0.rawValue)") }, { .environment($0.environmentName) }, { origins[$0] },
            { legacyNames[$0].map(ValueOrigin.environment) },
        ]
        self.origins = ConfigurationKey.allCases.reduce(into: [:]) { result, key in
            let layer = layers.firstIndex { $0.1[AbsoluteConfigKey(key.configKey)] != nil }
            result[key] = layer.flatMap { all[$0](key) }
        }
    }

    /// The options of one realm.
    init(_ realm: ConfigurationDocument.Realm) {
        reader = ConfigReader(provider: InMemoryProvider(name: "file", values: Self.values(of: realm.options)))
        origins = Self.origins(of: realm.options, in: realm.path)
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
            guard let number = Int(text) else { throw .configuration(key, "'\(text)' is not a number") }
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
            throw .configuration(key, "\(number) is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    func flag(_ key: ConfigurationKey) throws(StartupError) -> Bool {
        if let flag = reader.bool(forKey: key.configKey) { return flag }
        guard let text = text(key) else { return false }
        throw .configuration(key, "'\(text)' is neither true nor false")
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

    /// The names of the product's first specification.
    private static let legacyNames: [ConfigurationKey: String] = [
        .callHost: "DOMAIN", .turnHost: "TURN_DOMAIN", .maxParticipantsPerRoom: "MAX_PARTICIPANTS_PER_ROOM",
        .user: "TURN_USERNAME",
    ]

    private static func legacyValues(of environment: [String: String]) -> [AbsoluteConfigKey: ConfigValue] {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, name) in legacyNames {
            guard var text = environment[name], !text.isEmpty else { continue }
            if key == .user {
                guard let password = environment["TURN_PASSWORD"] else { continue }
                text = "\(text):\(password)"
            }
            // A password may hold a comma: it is never split.
            let content = key == .user ? ConfigContent.stringArray([text]) : key.content(of: text)
            values[AbsoluteConfigKey(key.configKey)] = ConfigValue(content, isSecret: key.isSecret)
        }
        return values
    }

    private static func values(of options: ConfigurationDocument.Options) -> [AbsoluteConfigKey: ConfigValue] {
        options.reduce(into: [:]) { values, option in
            let (key, value) = option
            values[AbsoluteConfigKey(key.configKey)] = ConfigValue(value.content, isSecret: key.isSecret)
        }
    }

    private static func origins(of options: ConfigurationDocument.Options, in path: String) -> ValueOrigins {
        options.mapValues { .file(path: path, line: $0.line) }
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
