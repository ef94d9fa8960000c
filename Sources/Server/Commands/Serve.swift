// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Logging
import OpenSSLCrypto
import ServiceLifecycle
import UnixSignals

/// `swiftturn serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the app, signaling and TURN.",
        discussion: """
            Every option is also an environment variable (--call-host is SWIFTTURN_CALL_HOST) and a key of the YAML \
            file (call-host). A flag wins over the environment, and that over the file.
            """
    )

    @OptionGroup var options: ServeOptions

    @Flag(help: "Print all options with their values and where these come from, as YAML without secrets, and end.")
    var printConfig = false

    func run() async throws {
        try await reportingErrors {
            let source = ConfigurationSource(options)
            if printConfig { return printOutput(try EffectiveConfiguration(source).yaml) }
            let (configuration, fingerprint) = try source.read()
            try await serve(configuration, fingerprint, source)
        }
    }

    private func serve(
        _ configuration: ServerConfiguration,
        _ fingerprint: ConfigurationFingerprint,
        _ source: ConfigurationSource
    ) async throws {
        let log = LogOutput(level: configuration.logLevel, format: configuration.logFormat)
        let logger = log.logger()
        for name in source.unknownVariables {
            logger.warning("unknown environment variable", metadata: ["name": "\(name.name)\(name.suggestion)"])
        }
        ProcessReading.markStart()
        FileLimit.raise()
        let environment = source.environment
        let processID = ProcessInfo.processInfo.processIdentifier
        let inherited = try InheritedSockets(environment: environment, processID: processID)
        var configuration = configuration
        if configuration.listen.isEmpty { configuration.listen = inherited.sockets.map { ListenAddress($0.address) } }
        let server = CallServer(
            configuration: configuration,
            source: source,
            fingerprint: fingerprint,
            identities: try identities(configuration, environment),
            inherited: inherited,
            notifier: ServiceNotifier(environment: environment),
            watchdog: Watchdog(environment: environment, processID: processID),
            webRoot: try configuration.findWebRoot(),
            logger: logger,
            log: log,
            onReady: { printOutput($0) }
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: LogOutput(level: .error, format: configuration.logFormat).logger()
            )
        )
        try await group.run()
    }

    private func identities(
        _ configuration: ServerConfiguration,
        _ environment: [String: String]
    ) throws(StartupError) -> Identities {
        guard configuration.isDevelopment, configuration.identityFiles.isEmpty else {
            return Identities(files: configuration.identityFiles, origins: configuration.origins)
        }
        let authority = DevelopmentAuthority(environment: environment)
        let leaf = try authority.leaf()
        printError(authority.instructions)
        return Identities(files: [leaf])
    }

}

extension CallServer: Service {}

extension ConfigurationSource {
    /// Of this process.
    init(_ options: ServeOptions) {
        self.init(
            flags: options,
            environment: ProcessInfo.processInfo.environment,
            generatedSecret: base64Encoded(SecureRandom.bytes(32))
        )
    }
}

extension ServerConfiguration {
    /// Where the app's files are.
    func findWebRoot() throws(StartupError) -> String {
        do throws(StartupError) {
            return try WebRoot.find(webRoot)
        } catch {
            throw error.located(by: origins)
        }
    }
}
