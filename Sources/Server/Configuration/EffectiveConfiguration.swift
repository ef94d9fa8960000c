// SPDX-License-Identifier: Apache-2.0

import Configuration

/// All options with the values that hold and where these come from, as a file that `serve` could be started with. Values
/// that are secrets are left out.
struct EffectiveConfiguration {
    let yaml: String

    /// Reads and checks the configuration.
    init(_ source: ConfigurationSource) throws(StartupError) {
        _ = try source.read()
        let loader = try ConfigurationLoader(source)
        let lines = ConfigurationKey.allCases.flatMap { Self.lines($0, loader) }
        yaml = (lines + Self.realms(loader)).joined(separator: "\n")
    }

    private static func lines(_ key: ConfigurationKey, _ loader: ConfigurationLoader) -> [String] {
        guard let origin = loader.origins[key] else { return defaultLine(key).map { [$0] } ?? [] }
        if key.isSecret { return ["# \(key.rawValue): \(loader.list(key).count) given, not shown  # \(origin)"] }
        return ["\(key.rawValue): \(value(key, loader))  # \(origin)"]
    }

    private static func defaultLine(_ key: ConfigurationKey) -> String? {
        switch key.defaultValue {
        case .value(.string(let text)): "\(key.rawValue): \(YAMLText.quoted(text))  # default"
        case .value(let content): "\(key.rawValue): \(content.text)  # default"
        case .described(let words): "# \(key.rawValue): \(words)  # default"
        case nil: nil
        }
    }

    /// As YAML, whatever layer it comes from.
    static func value(_ key: ConfigurationKey, _ loader: ConfigurationLoader) -> String {
        switch key.kind {
        case .list: "[\(loader.list(key).map(YAMLText.quoted).joined(separator: ", "))]"
        case .text: YAMLText.quoted(loader.text(key) ?? "")
        // In the environment they are texts, which have been checked.
        case .number: (try? loader.number(key, in: .min ... .max)).flatMap(\.self).map(String.init) ?? ""
        case .flag: (try? loader.flag(key)).map(String.init) ?? ""
        }
    }

    private static func realms(_ loader: ConfigurationLoader) -> [String] {
        guard !loader.realms.isEmpty else { return [] }
        return ["realms:"]
            + loader.realms.flatMap { realm in
                let options = ConfigurationLoader(realm)
                let hosts = realm.hosts.map(YAMLText.quoted).joined(separator: ", ")
                return ["  - name: \(YAMLText.quoted(realm.name))  # \(realm.place)", "    hosts: [\(hosts)]"]
                    + ConfigurationKey.allCases.filter { options.origins[$0] != nil }.flatMap { lines($0, options) }
                    .map { "    \($0)" }
            }
    }
}
