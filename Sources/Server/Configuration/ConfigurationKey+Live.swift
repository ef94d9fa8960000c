// SPDX-License-Identifier: Apache-2.0

extension ConfigurationKey {
    /// Whether SIGHUP makes a running server take a changed value over. All others need a restart.
    var isLive: Bool {
        switch self {
        case .certificate, .privateKey, .logLevel, .iceTransportPolicy, .maxParticipantsPerRoom, .credentialLifetime,
            .alternateServer, .alternateServerThreshold, .permissionsPerAllocation, .channelsPerAllocation,
            .connectionsPerAllocation, .maximumLifetime, .challengesPerSecondPerAddress:
            true
        default: isOfRealm
        }
    }

    /// Whether the value names a file whose content counts as part of it. A user database is followed as it changes.
    var isContentFile: Bool {
        switch self {
        case .certificate, .privateKey, .authSecretFile, .userFile, .oauthKeyFile, .metricsTokenFile, .adminTokenFile:
            true
        default: false
        }
    }
}
