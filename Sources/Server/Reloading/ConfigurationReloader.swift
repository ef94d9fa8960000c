// SPDX-License-Identifier: Apache-2.0

import Logging
import OpenSSLTLS
import SignalHub
import TURNRelay

/// Takes over what changed in the configuration while the server runs: all of it or, if anything is wrong, nothing.
actor ConfigurationReloader {
    /// What can change of a running server.
    struct Parts: Sendable {
        let identities: TLSIdentityStore
        let realms: ServedRealms
        let relay: RelayServer
        let signaling: SignalServer
        let iceServers: SharedICEServers
        let log: LogOutput
    }

    /// Everything that may fail has been done.
    private struct Prepared {
        let configuration: ServerConfiguration
        let fingerprint: ConfigurationFingerprint
        let identities: [TLSIdentity]
        let realms: ServedRealms.Change
    }

    private let source: ConfigurationSource
    private let parts: Parts
    private let logger: Logger
    /// Of what the server has.
    private var fingerprint: ConfigurationFingerprint
    /// Those of `--dev` are not in the configuration.
    private let defaultIdentities: Identities

    init(
        _ source: ConfigurationSource,
        running fingerprint: ConfigurationFingerprint,
        identities: Identities,
        parts: Parts,
        logger: Logger
    ) {
        self.source = source
        self.fingerprint = fingerprint
        defaultIdentities = identities
        self.parts = parts
        self.logger = logger
    }

    func reload() async {
        let prepared: Prepared
        do {
            prepared = try prepare()
        } catch {
            // The level is the configuration's, which may be what is wrong: this is always told.
            return logger.error("configuration not read again: all stays as it was", metadata: ["reason": "\(error)"])
        }
        await take(prepared)
        let changes = prepared.fingerprint.changes(since: fingerprint)
        fingerprint = fingerprint.takingLive(of: prepared.fingerprint)
        var metadata: Logger.Metadata = ["changed": "\(Self.list(changes.filter(\.isLive)))"]
        let waiting = changes.filter { !$0.isLive }
        if !waiting.isEmpty { metadata["needs-restart"] = "\(Self.list(waiting))" }
        logger.notice("configuration read again", metadata: metadata)
    }

    private func prepare() throws -> Prepared {
        let (configuration, fingerprint) = try source.read()
        let identities =
            configuration.identityFiles.isEmpty
            ? defaultIdentities
            : Identities(files: configuration.identityFiles, origins: configuration.origins)
        return Prepared(
            configuration: configuration,
            fingerprint: fingerprint,
            identities: try identities.load(),
            realms: try parts.realms.change(configuration)
        )
    }

    private func take(_ prepared: Prepared) async {
        let configuration = prepared.configuration
        parts.log.level = configuration.logLevel
        // Where certificates come by themselves, none is in a file.
        if !prepared.identities.isEmpty { parts.identities.replace(with: prepared.identities) }
        await parts.realms.take(prepared.realms)
        parts.relay.update(
            RelayConfiguration(configuration.relay),
            realms: prepared.realms.configurations,
            limits: prepared.realms.limits
        )
        parts.signaling.setRoomSize(configuration.signaling.roomSize)
        parts.iceServers.update(configuration)
    }

    private static func list(_ settings: [ConfigurationFingerprint.Setting]) -> String {
        settings.isEmpty ? "nothing" : settings.map(\.description).joined(separator: ", ")
    }
}
