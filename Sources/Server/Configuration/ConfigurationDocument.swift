// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import Yams

/// What a configuration file says: options of the server, and of each realm in its `realms`.
///
/// A misspelt key must not be ignored: the option that it was meant to be would silently have its default.
struct ConfigurationDocument {
    struct Value {
        let content: ConfigContent
        let line: Int
    }

    typealias Options = [ConfigurationKey: Value]

    /// An entry of `realms`.
    struct Realm {
        let name: String
        let hosts: [String]
        let options: Options
        let path: String
        let line: Int
    }

    let path: String
    private(set) var options: Options = [:]
    private(set) var realms: [Realm] = []
    /// All that is wrong with keys and the form of values, in the order of the lines.
    private(set) var problems: [StartupError] = []

    /// Files of another major version say so in `config-version`.
    static let version = 1
    static let versionKey = "config-version"
    private static let realmsKey = "realms"

    /// - Parameter path: of the file, for errors. These never repeat values, which may be secrets.
    init(_ text: String, path: String) throws(StartupError) {
        self.path = path
        guard let root = try Self.root(of: text, path) else { return }
        var problems: [(line: Int, error: StartupError)] = []
        for entry in try entries(of: root) {
            do throws(StartupError) {
                try read(entry)
            } catch {
                problems.append((entry.line, error))
            }
        }
        self.problems += problems.sorted { $0.line < $1.line }.map(\.error)
    }

    private mutating func read(_ entry: Entry) throws(StartupError) {
        switch entry.key {
        case Self.versionKey: try readVersion(entry)
        case Self.realmsKey: try readRealms(entry)
        case let key:
            guard let option = ConfigurationKey(rawValue: key) else { throw unknown(entry, among: Self.topLevelKeys) }
            options[option] = Value(content: try content(of: entry, option), line: entry.line)
        }
    }

    private static let topLevelKeys = ConfigurationKey.allCases.map(\.rawValue) + [realmsKey, versionKey]

    private func readVersion(_ entry: Entry) throws(StartupError) {
        guard let version = entry.value.scalar.flatMap(Int.construct(from:)), version > 0 else {
            throw problem(entry, "is not a number from 1 on")
        }
        guard version <= Self.version else {
            throw problem(
                entry,
                "\(version) is of a newer swiftturn: this one is \(Version.current) and knows \(Self.version)"
            )
        }
    }

    // MARK: Realms

    private mutating func readRealms(_ entry: Entry) throws(StartupError) {
        guard let sequence = entry.value.sequence else { throw problem(entry, "is not a list of realms") }
        for (index, node) in sequence.enumerated() {
            do throws(StartupError) {
                realms.append(try realm(node, index))
            } catch {
                problems.append(error)
            }
        }
    }

    private func realm(_ node: Node, _ index: Int) throws(StartupError) -> Realm {
        let entries = try entries(of: node)
        let line = node.mark?.line ?? 0
        guard let name = entries.first(where: { $0.key == "name" })?.value.scalar?.string, !name.isEmpty else {
            throw .configuration("\(path):\(line): realm \(index + 1) has no 'name'")
        }
        var hosts: [String] = []
        var options: Options = [:]
        for entry in entries where entry.key != "name" {
            if entry.key == "hosts" {
                guard let texts = entry.value.texts else {
                    throw problem(entry, "is neither a value nor a list of values")
                }
                hosts = texts
            } else if let option = ConfigurationKey(rawValue: entry.key) {
                guard option.isOfRealm else { throw problem(entry, "is an option of the whole server, not of a realm") }
                options[option] = Value(content: try content(of: entry, option), line: entry.line)
            } else {
                throw unknown(entry, among: Self.realmKeys)
            }
        }
        return Realm(name: name, hosts: hosts, options: options, path: path, line: line)
    }

    private static let realmKeys = ConfigurationKey.allCases.filter(\.isOfRealm).map(\.rawValue) + ["name", "hosts"]

    // MARK: Values

    /// What a value means for an option; a text that does not fit stays one, to be complained of.
    private func content(of entry: Entry, _ option: ConfigurationKey) throws(StartupError) -> ConfigContent {
        if let scalar = entry.value.scalar {
            guard NSNull.construct(from: scalar) == nil else { throw problem(entry, "has no value") }
            return switch option.kind {
            case .number: Int.construct(from: scalar).map(ConfigContent.int) ?? .string(scalar.string)
            case .flag: Bool.construct(from: scalar).map(ConfigContent.bool) ?? .string(scalar.string)
            case .list, .text: .string(scalar.string)
            }
        }
        guard let texts = entry.value.texts else { throw problem(entry, "is neither a value nor a list of values") }
        guard option.kind == .list else { throw problem(entry, "has one value, not a list of them") }
        return .stringArray(texts)
    }

    private func problem(_ entry: Entry, _ text: String) -> StartupError {
        .configuration("\(path):\(entry.line): '\(entry.key)' \(text)")
    }

    private func unknown(_ entry: Entry, among keys: [String]) -> StartupError {
        let suggestion = String.suggestion(for: entry.key, among: keys)
        return .configuration("\(path):\(entry.line): unknown option '\(entry.key)'\(suggestion)")
    }

    // MARK: YAML

    private struct Entry {
        let key: String
        let value: Node
        let line: Int
    }

    /// Nil for a file without anything in it.
    private static func root(of text: String, _ path: String) throws(StartupError) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            throw .configuration(problem(error, path))
        }
    }

    private func entries(of node: Node) throws(StartupError) -> [Entry] {
        let problem = StartupError.configuration(
            "\(path):\(node.mark?.line ?? 1): this is not a list of 'option: value' lines"
        )
        guard let mapping = node.mapping else { throw problem }
        var entries: [Entry] = []
        for (key, value) in mapping {
            guard let scalar = key.scalar else { throw problem }
            entries.append(Entry(key: scalar.string, value: value, line: key.mark?.line ?? 0))
        }
        return entries
    }

    private static func problem(_ error: any Error, _ path: String) -> String {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            "\(path):\(mark.line): this is not YAML, from column \(mark.column) on"
        case .duplicatedKeysInMapping(let keys, let context):
            "\(path):\(context.mark.line): given twice: \(keys.sorted().map { "'\($0)'" }.joined(separator: ", "))"
        default:
            "\(path): this is not YAML"
        }
    }
}

extension Node {
    /// A text, with commas or not, or a list of texts; nil for anything else.
    fileprivate var texts: [String]? {
        if let text = scalar?.string { return ConfigurationKey.parts(of: text) }
        guard let sequence else { return nil }
        let texts = sequence.compactMap { $0.scalar?.string }
        return texts.count == sequence.count ? texts : nil
    }
}
