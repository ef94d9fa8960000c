// SPDX-License-Identifier: Apache-2.0

/// What `serve` was told about limits of the relay. What is nil was not given: the relay has a default for it.
struct RelayLimits: Sendable, Equatable {
    var permissionsPerAllocation: Int?
    var channelsPerAllocation: Int?
    /// TCP connections with peers.
    var connectionsPerAllocation: Int?
    /// Seconds.
    var maximumLifetime: Int?
    /// 401 answers to one address over UDP; 0 is no limit.
    var challengesPerSecondPerAddress: Int?
}

extension RelayLimits {
    init(_ loader: ConfigurationLoader) throws(StartupError) {
        permissionsPerAllocation = try loader.number(.permissionsPerAllocation, in: 1...100_000)
        // As many as there are channel numbers (RFC 8656, section 12).
        channelsPerAllocation = try loader.number(.channelsPerAllocation, in: 1...1_024)
        connectionsPerAllocation = try loader.number(.connectionsPerAllocation, in: 1...1_024)
        // Not below what a client gets that asks for nothing (RFC 8656, section 7.2).
        maximumLifetime = try loader.number(.maximumLifetime, in: 600...86_400)
        challengesPerSecondPerAddress = try loader.number(.challengesPerSecondPerAddress, in: 0...1_000_000)
    }
}
