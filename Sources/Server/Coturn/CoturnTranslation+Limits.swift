// SPDX-License-Identifier: Apache-2.0

extension CoturnTranslation {
    private static let mostAllocations = 10_000_000

    mutating func translateLimits() {
        setQuota("user-quota", "allocations-per-user", default: 100)
        setQuota("total-quota", "allocations-in-total", default: 10_000)
        setRate("max-bps", "bytes-per-second-per-allocation")
        setRate("bps-capacity", "bytes-per-second-in-total")
        if let seconds = number("max-allocate-lifetime", in: 600...86_400) { yaml.set("maximum-lifetime", seconds) }
        if isOn("unauthorized-ratelimit") {
            let rate = number("unauthorized-ratelimit-rps", in: 1...1_000_000)
            yaml.set("challenges-per-second-per-address", rate ?? 10)
        } else if let option = last("unauthorized-ratelimit-rps") {
            note(option, "nothing to do: unauthorized-ratelimit is off")
        }
    }

    /// In coturn 0 is no limit, and no limit is the default.
    private mutating func setQuota(_ name: String, _ key: String, default usual: Int) {
        guard let quota = number(name, in: 0...Self.mostAllocations) else {
            yaml.comment("\(name) was not set: coturn has no such limit, swiftturn's is \(usual)")
            yaml.comment("\(key): \(usual)")
            return
        }
        yaml.set(key, quota == 0 ? Self.mostAllocations : quota)
    }

    private mutating func setRate(_ name: String, _ key: String) {
        guard let rate = number(name, in: 0...1_000_000_000_000) else { return }
        yaml.set(key, rate)
    }

    mutating func translateLogging() {
        if let option = last("log-min-level") {
            guard ["debug", "info", "warning", "error"].contains(option.value) else {
                return note(option, "not translated: not debug, info, warning or error")
            }
            yaml.set("log-level", option.value)
        } else if isOn("verbose") || isOn("Verbose") {
            yaml.set("log-level", "debug")
        }
    }
}
