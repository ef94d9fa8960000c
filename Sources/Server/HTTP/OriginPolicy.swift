// SPDX-License-Identifier: Apache-2.0

/// Which pages may open a WebSocket here.
///
/// A browser sends the origin of the page with the upgrade, and sends it always: a page of another site that could
/// join calls in its visitor's name is refused. A client that sends none is no browser, and gains nothing by lying.
struct OriginPolicy: Sendable {
    private let allowed: Set<String>

    /// - Parameter allowed: origins beside the own one, as `https://example.com`.
    init(allowed: [String]) {
        self.allowed = Set(allowed.map { $0.lowercased() })
    }

    /// - Parameters:
    ///   - origin: the header, nil when there is none.
    ///   - host: what the client calls this server: its Host header.
    func admits(origin: String?, host: String?) -> Bool {
        guard let origin = origin?.lowercased() else { return true }
        if allowed.contains(origin) { return true }
        guard let host = host?.lowercased() else { return false }
        return origin == "https://\(host)" || origin == "https://\(host.withoutSuffix(":443"))"
    }
}

extension String {
    fileprivate func withoutSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
