// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whether files are there, and those with secrets in them closed to others.
struct FileCheck {
    let findings: [Finding]

    init(_ source: ConfigurationSource, _ configuration: ServerConfiguration) {
        var files = configuration.identityFiles.map { ("private-key", $0.privateKey) }
        var findings: [Finding] = []
        if let loader = try? ConfigurationLoader(source) {
            for realm in [loader] + loader.realms.map(ConfigurationLoader.init) {
                files += Self.secretFiles.compactMap { key in realm.text(key).map { (key.rawValue, $0) } }
            }
            if let path = source.path, Self.hasSecrets(loader) { files.append(("configuration", path)) }
        }
        findings += files.compactMap(Self.openFile)
        if findings.isEmpty {
            findings.append(
                Finding(level: .ok, subject: "files", text: "\(files.count) with secrets, closed to others")
            )
        }
        do throws(StartupError) {
            findings.append(Finding(level: .ok, subject: "web-root", text: "'\(try configuration.findWebRoot())'"))
        } catch {
            findings.append(Finding(level: .error, subject: "web-root", text: error.description))
        }
        self.findings = findings
    }

    private static let secretFiles: [ConfigurationKey] = [
        .authSecretFile, .userFile, .userDatabase, .oauthKeyFile, .metricsTokenFile, .adminTokenFile,
    ]

    /// Whether the file itself holds secrets.
    private static func hasSecrets(_ loader: ConfigurationLoader) -> Bool {
        ([loader] + loader.realms.map(ConfigurationLoader.init)).contains { realm in
            ConfigurationKey.allCases.contains { key in
                guard key.isSecret, case .file? = realm.origins[key] else { return false }
                return true
            }
        }
    }

    private static func openFile(_ name: String, _ path: String) -> Finding? {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        )
        guard let permissions = (attributes?[.posixPermissions] as? NSNumber)?.intValue, permissions & 0o007 != 0,
            attributes?[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        let mode = String(permissions & 0o777, radix: 8)
        return Finding(
            level: .warn,
            subject: "files",
            text: "\(name) '\(path)' has mode \(mode): everybody on this machine may use it (chmod o= it)"
        )
    }
}
