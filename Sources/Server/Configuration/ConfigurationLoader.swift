// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import SystemPackage
import Yams

/// Reads the options of all layers: flags, then the environment, then the YAML file, then the names that the product's
/// first specification used (`DOMAIN`, `TURN_DOMAIN` and their like).
struct ConfigurationLoader {
    private let reader: ConfigReader

    init(flags: ServeOptions, environment: [String: String]) async throws {
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: flags.values),
            InMemoryProvider(name: "environment", values: Self.values(of: environment)),
        ]
        if let path = flags.config ?? environment["SWIFTTURN_CONFIG"] {
            providers.append(try await Self.file(path))
        }
        providers.append(InMemoryProvider(name: "legacy environment", values: Self.legacyValues(of: environment)))
        reader = ConfigReader(providers: providers)
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

    private static func file(_ path: String) async throws -> any ConfigProvider {
        guard let text = TextFile.read(path) else {
            throw StartupError.noInput("the configuration file '\(path)' cannot be read")
        }
        try checkKeys(of: text, path)
        do {
            return try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
        } catch {
            throw StartupError.configuration("'\(path)' is not a configuration file")
        }
    }

    /// A misspelt key must not be ignored: the option that it was meant to be would silently have its default.
    private static func checkKeys(of text: String, _ path: String) throws {
        let root: Any?
        do {
            root = try Yams.load(yaml: text)
        } catch {
            throw StartupError.configuration("'\(path)' is not YAML\(place(of: error))")
        }
        guard let root else { return }
        guard let entries = root as? [String: Any] else {
            throw StartupError.configuration("'\(path)' is not a list of 'option: value' lines")
        }
        for key in entries.keys.sorted() where ConfigurationKey(rawValue: key) == nil {
            throw StartupError.configuration("'\(path)' has an unknown option '\(key)'")
        }
        for (key, value) in entries where !isOption(value) {
            throw StartupError.configuration("'\(path)': '\(key)' is neither a value nor a list of values")
        }
    }

    private static func isOption(_ value: Any) -> Bool {
        !(value is [String: Any]) && (value as? [Any])?.contains { $0 is [Any] || $0 is [String: Any] } != true
    }

    /// Where a file is wrong. Never what stands there, which may be a secret.
    private static func place(of error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            ": line \(mark.line), column \(mark.column)"
        default:
            ""
        }
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
    fileprivate static func parts(of text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
