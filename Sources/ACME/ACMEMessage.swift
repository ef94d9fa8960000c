// SPDX-License-Identifier: Apache-2.0

/// An HTTP request to a CA.
package struct ACMERequest: Sendable, Equatable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    package let method: Method
    package let url: String
    /// JSON, of a POST alone.
    package let body: [UInt8]

    init(_ method: Method, _ url: String, body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.body = body
    }

    /// RFC 8555, section 6.2.
    package static let contentType = "application/jose+json"

    /// For what needs no account: the directory, and when to renew (RFC 9773, section 4.1).
    package static func get(_ url: String) -> ACMERequest {
        ACMERequest(.get, url)
    }
}

/// An HTTP response of a CA.
package struct ACMEResponse: Sendable {
    package let status: Int
    package let body: [UInt8]
    /// By names in lower case.
    private let headers: [String: String]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.body = body
        self.headers = Dictionary(
            headers.map { ($0.name.lowercased(), $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    subscript(name: String) -> String? { headers[name] }

    var isSuccess: Bool { 200...299 ~= status }
    var nonce: String? { self["replay-nonce"] }
    var location: String? { self["location"] }
    /// Seconds since 1970.
    package var date: Int64? { self["date"].flatMap(HTTPDate.seconds) }

    /// When to come again, in seconds since 1970 (RFC 9110, section 10.2.3).
    package func retryAfter(now: Int64) -> Int64? {
        guard let text = self["retry-after"] else { return nil }
        if let delay = Int64(text) { return delay < 0 ? nil : now + min(delay, Self.longestDelay) }
        return HTTPDate.seconds(text).map { min($0, now + Self.longestDelay) }
    }

    /// A week: a CA that says more has not thought of a server that goes on for years.
    private static let longestDelay: Int64 = 7 * 86_400
}
