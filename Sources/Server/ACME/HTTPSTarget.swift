// SPDX-License-Identifier: Apache-2.0

import ACME
import Foundation

/// Where a request to a CA goes. RFC 8555, section 6.1: HTTPS only.
struct HTTPSTarget: Equatable {
    let host: String
    let port: Int
    /// With the query.
    let path: String

    init(_ url: String) throws(ACMEFailure) {
        guard let parts = URLComponents(string: url), parts.scheme?.lowercased() == "https",
            let host = parts.host, !host.isEmpty, parts.user == nil, 1...65535 ~= parts.port ?? 443
        else { throw .unreachable("an address that it gave is no https URL") }
        // Of an IPv6 address, URLs have brackets around it, and names have none.
        self.host = host.trimmingCharacters(in: ["[", "]"])
        port = parts.port ?? 443
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        self.path = parts.percentEncodedQuery.map { "\(path)?\($0)" } ?? path
    }

    /// The value of the header Host.
    var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == 443 ? host : "\(host):\(port)"
    }
}
