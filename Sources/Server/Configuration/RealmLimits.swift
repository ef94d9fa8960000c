// SPDX-License-Identifier: Apache-2.0

/// What `serve` was told about limits of a realm. What is nil was not given: the relay has a default for it.
struct RealmLimits: Sendable, Equatable {
    var allocationsPerUser: Int?
    /// At the top level: of all realms together.
    var allocationsInTotal: Int?
    /// Of each of these three, 0 is no limit.
    var bytesPerSecondPerAllocation: Int?
    var bytesPerSecondPerUser: Int?
    /// At the top level: of all realms together.
    var bytesPerSecondInTotal: Int?
}

extension RealmLimits {
    init(_ loader: ConfigurationLoader) throws(StartupError) {
        allocationsPerUser = try loader.number(.allocationsPerUser, in: 1...10_000_000)
        allocationsInTotal = try loader.number(.allocationsInTotal, in: 1...10_000_000)
        bytesPerSecondPerAllocation = try loader.number(.bytesPerSecondPerAllocation, in: Self.rates)
        bytesPerSecondPerUser = try loader.number(.bytesPerSecondPerUser, in: Self.rates)
        bytesPerSecondInTotal = try loader.number(.bytesPerSecondInTotal, in: Self.rates)
    }

    private static let rates = 0...1_000_000_000_000

    /// What a realm doesn't say is as at the top level. The total of bandwidth is left out: that of the top level holds for all
    /// realms together, which bounds this one too.
    func inheriting(_ top: RealmLimits) -> RealmLimits {
        var limits = self
        limits.allocationsPerUser = allocationsPerUser ?? top.allocationsPerUser
        limits.allocationsInTotal = allocationsInTotal ?? top.allocationsInTotal
        limits.bytesPerSecondPerAllocation = bytesPerSecondPerAllocation ?? top.bytesPerSecondPerAllocation
        limits.bytesPerSecondPerUser = bytesPerSecondPerUser ?? top.bytesPerSecondPerUser
        return limits
    }
}
