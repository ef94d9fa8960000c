// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// A header that the routes put on responses worth compressing, and that never leaves the server.
enum CompressionMark {
    static let name = "swiftturn-compressible"

    /// Text that somebody asked for the whole of. A HEAD has no body to compress, and PNG is compressed already.
    static func set(on response: inout Response, for request: Request) {
        let type = response.headers[.contentType] ?? ""
        let isText = ["text/", "javascript", "json", "svg"].contains { type.contains($0) }
        guard isText, request.method == .get, response.status == .ok, let name = HTTPField.Name(name) else { return }
        response.headers[name] = "1"
    }
}
