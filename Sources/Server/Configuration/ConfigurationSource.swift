// SPDX-License-Identifier: Apache-2.0

import Configuration

/// What `serve` was started with, from which its configuration can be read again.
struct ConfigurationSource: Sendable {
    let flags: [AbsoluteConfigKey: ConfigValue]
    /// Of the configuration file; nil when there is none.
    let path: String?
    let environment: [String: String]
    /// Issues credentials where no secret is configured.
    private let generatedSecret: String

    init(flags: ServeOptions, environment: [String: String], generatedSecret: String) {
        self.flags = flags.values
        path = flags.config ?? environment["SWIFTTURN_CONFIG"]
        self.environment = environment
        self.generatedSecret = generatedSecret
    }

    /// Reads all layers as they are now.
    func read() throws(StartupError) -> (ServerConfiguration, ConfigurationFingerprint) {
        let loader = try ConfigurationLoader(self)
        let configuration = try ServerConfiguration(loader) { generatedSecret }
        return (configuration, ConfigurationFingerprint(loader))
    }

    /// What the file says; nil when there is none.
    func document() throws(StartupError) -> ConfigurationDocument? {
        guard let path else { return nil }
        guard let text = TextFile.read(path) else {
            throw .noInput("the configuration file '\(path)' cannot be read")
        }
        return try ConfigurationDocument(text, path: path)
    }
}
