// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import Yams

/// What a configuration file says: options of the server, and of each realm in its `realms`.
///
/// A misspelt key must not be ignored: the option that it was meant to be would silently have its default.
struct ConfigurationDocument {
    typealias Options = [ConfigurationKey: ConfigContent]

    /// An entry of `realms`.
    struct Realm {
        let name: String
        let hosts: [String]
        let options: Options
    }

    private(set) var options: Options = [:]
    private(set) var realms: [Realm] = []

    private static let realmsKey = "realms"

    /// - Parameter path: of the file, for errors. These never repeat values, which may be secrets.
    init(_ text: String, path: String) throws(StartupError) {
        let place = "'\(path)'"
        guard let root = try Self.root(of: text, place) else { return }
        for (key, value) in try Self.entries(of: root, place) {
            if key == Self.realmsKey {
                realms = try Self.realms(value, path)
            } else if let option = ConfigurationKey(rawValue: key) {
                options[option] = try option.content(of: value, place)
            } else {
                throw .configuration("\(place) has an unknown option '\(key)'")
            }
        }
    }

    // MARK: Realms

    private static func realms(_ value: Node, _ path: String) throws(StartupError) -> [Realm] {
        guard let sequence = value.sequence else { throw .configuration("'\(path)': 'realms' is not a list of realms") }
        var realms: [Realm] = []
        for (index, node) in sequence.enumerated() {
            let place = "realm \(index + 1) of '\(path)'"
            let entries = try entries(of: node, place)
            guard let name = entries.first(where: { $0.key == "name" })?.value.scalar?.string, !name.isEmpty else {
                throw .configuration("\(place) has no 'name'")
            }
            realms.append(try realm(name, entries, "realm '\(name)' of '\(path)'"))
        }
        return realms
    }

    private static func realm(
        _ name: String,
        _ entries: [(key: String, value: Node)],
        _ place: String
    ) throws(StartupError) -> Realm {
        var hosts: [String] = []
        var options: Options = [:]
        for (key, value) in entries where key != "name" {
            if key == "hosts" {
                guard let texts = value.texts else {
                    throw .configuration("\(place): 'hosts' is neither a value nor a list of values")
                }
                hosts = texts
            } else if let option = ConfigurationKey(rawValue: key) {
                guard option.isOfRealm else {
                    throw .configuration("\(place): '\(key)' is an option of the whole server, not of a realm")
                }
                options[option] = try option.content(of: value, place)
            } else {
                throw .configuration("\(place) has an unknown option '\(key)'")
            }
        }
        return Realm(name: name, hosts: hosts, options: options)
    }

    // MARK: YAML

    /// Nil for a file without anything in it.
    private static func root(of text: String, _ place: String) throws(StartupError) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            throw .configuration("\(place) is not YAML\(problem(error))")
        }
    }

    private static func entries(of node: Node, _ place: String) throws(StartupError) -> [(key: String, value: Node)] {
        guard let mapping = node.mapping else {
            throw .configuration("\(place) is not a list of 'option: value' lines")
        }
        var entries: [(key: String, value: Node)] = []
        for (key, value) in mapping {
            guard let key = key.scalar?.string else {
                throw .configuration("\(place) is not a list of 'option: value' lines")
            }
            entries.append((key, value))
        }
        return entries
    }

    private static func problem(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            ": line \(mark.line), column \(mark.column)"
        case .duplicatedKeysInMapping(let keys, _):
            ": given twice: \(keys.sorted().map { "'\($0)'" }.joined(separator: ", "))"
        default:
            ""
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

extension ConfigurationKey {
    /// What a value of a file means for this option; a text that does not fit stays one, to be complained of.
    fileprivate func content(of node: Node, _ place: String) throws(StartupError) -> ConfigContent {
        if let scalar = node.scalar {
            guard NSNull.construct(from: scalar) == nil else {
                throw .configuration("\(place): '\(rawValue)' has no value")
            }
            return switch kind {
            case .number: Int.construct(from: scalar).map(ConfigContent.int) ?? .string(scalar.string)
            case .flag: Bool.construct(from: scalar).map(ConfigContent.bool) ?? .string(scalar.string)
            case .list, .text: .string(scalar.string)
            }
        }
        guard let texts = node.texts else {
            throw .configuration("\(place): '\(rawValue)' is neither a value nor a list of values")
        }
        guard kind == .list else { throw .configuration("\(place): '\(rawValue)' has one value, not a list of them") }
        return .stringArray(texts)
    }
}
