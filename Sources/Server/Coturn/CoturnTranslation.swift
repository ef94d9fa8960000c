// SPDX-License-Identifier: Apache-2.0

/// A turnserver.conf in the words of swiftturn.
///
/// Secrets are collected beside the text, never in it: where they go is for the caller to decide.
struct CoturnTranslation {
    typealias Option = CoturnConfigurationFile.Option

    struct Remark: Equatable, Sendable {
        /// Nil for what follows from an option that is not there.
        let option: Option?
        let text: String
    }

    let options: [Option]
    var yaml = YAMLText()
    private var noted: [Remark] = []

    init(_ text: String) {
        options = CoturnConfigurationFile.options(of: text)
        translateListeners()
        translateRelay()
        translatePeers()
        translateLimits()
        translateLogging()
        remarkOnTheRest()
    }

    /// The names that the translations above read.
    static let translated: Set<String> = [
        "listening-ip", "listening-port", "tls-listening-port", "aux-server", "no-udp", "no-tcp", "no-tls", "cert",
        "pkey",
        "relay-ip", "external-ip", "min-port", "max-port", "relay-threads", "cpus", "alternate-server", "mobility",
        "no-tcp-relay",
        "allowed-peer-ip", "denied-peer-ip", "allow-loopback-peers",
        "realm", "user", "userdb", "db", "use-auth-secret", "static-auth-secret", "oauth",
        "server-name",
        "user-quota", "total-quota", "max-bps", "bps-capacity", "max-allocate-lifetime", "unauthorized-ratelimit",
        "unauthorized-ratelimit-rps", "verbose", "Verbose", "log-min-level",
    ]

    private mutating func remarkOnTheRest() {
        for option in options where !Self.translated.contains(option.name) {
            switch CoturnOptionCatalog.remark(on: option) {
            case .needless(let text): note(option, "nothing to do: \(text)")
            // A switch that is off asks for nothing.
            case .missing where !option.isOn: note(option, "nothing to do: it is off")
            case .missing(let text): note(option, "not translated: \(text)")
            case nil: note(option, "not translated: not an option of coturn")
            }
        }
    }

    mutating func note(_ option: Option?, _ text: String) {
        noted.append(Remark(option: option, text: text))
    }

    /// In the order of the lines, and then what belongs to none.
    var remarks: [Remark] {
        noted.sorted { ($0.option?.line ?? .max) < ($1.option?.line ?? .max) }
    }

    // MARK: Reading

    func all(_ names: String...) -> [Option] {
        options.filter { names.contains($0.name) && !$0.value.isEmpty }
    }

    /// Of an option that is given again, coturn takes the last.
    func last(_ name: String) -> Option? {
        options.last { $0.name == name && !$0.value.isEmpty }
    }

    func isOn(_ name: String) -> Bool {
        options.last { $0.name == name }?.isOn ?? false
    }

    /// The number of an option; one that is not a number in the range is noted and left out.
    mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let option = last(name) else { return nil }
        guard let number = Int(option.value), range.contains(number) else {
            note(option, "not translated: not a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }
}
