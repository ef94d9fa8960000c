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

    func run() async throws {
        try await reportingErrors {
            let environment = ProcessInfo.processInfo.environment
            let loader = try ConfigurationLoader(flags: options, environment: environment)
            let configuration = try ServerConfiguration(loader) { base64Encoded(SecureRandom.bytes(32)) }
            try await serve(configuration, environment)
        }
    }

    private func serve(_ configuration: ServerConfiguration, _ environment: [String: String]) async throws {
        let logger = Self.logger(configuration.logLevel)
        for name in environment.keys.sorted() where Self.isUnknown(name) {
            logger.warning("unknown environment variable", metadata: ["name": "\(name)"])
        }
        ProcessReading.markStart()
        FileLimit.raise()
        let server = CallServer(
            configuration: configuration,
            identities: try identities(configuration, environment),
            webRoot: try WebRoot.find(configuration.webRoot),
            logger: logger,
            onReady: { printOutput($0) }
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Self.logger(.error)
            )
        )
        try await group.run()
    }

    private func identities(
        _ configuration: ServerConfiguration,
        _ environment: [String: String]
    ) throws(StartupError) -> Identities {
        guard configuration.isDevelopment, configuration.identityFiles.isEmpty else {
            return Identities(files: configuration.identityFiles)
        }
        let authority = DevelopmentAuthority(environment: environment)
        let leaf = try authority.leaf()
        printError(authority.instructions)
        return Identities(files: [leaf])
    }

    private static func isUnknown(_ name: String) -> Bool {
        name.hasPrefix("SWIFTTURN_") && name != "SWIFTTURN_CONFIG" && name != "SWIFTTURN_WARNINGS_AS_ERRORS"
            && !ConfigurationKey.allCases.contains { $0.environmentName == name }
    }

    private static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "swiftturn", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}

extension CallServer: Service {}
