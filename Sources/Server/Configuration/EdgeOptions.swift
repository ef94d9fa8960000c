// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What `serve` was told about who may come in.
struct EdgeOptions: Sendable {
    /// Where HTTP is answered with a redirect to https, beside the ports that serve TLS and do so anyway.
    var redirects: [TransportAddress] = []
    /// Whether clients that ask for a name that no certificate has get the first one.
    var servesUnknownNames = false
    /// WebSocket connections, and joins, that one address may begin; 0 is no limit.
    var joinsPerSecondPerAddress = 10
}

extension EdgeOptions {
    /// - Parameter servesWeb: whether there is anything to redirect to.
    init(_ loader: ConfigurationLoader, servesWeb: Bool) throws(StartupError) {
        for text in loader.list(.redirectHttp) {
            guard let address = TransportAddress(text[...]) else {
                throw .configuration(.redirectHttp, "'\(text)' is not ADDR:PORT (IPv6 addresses in brackets)")
            }
            redirects.append(address)
        }
        guard redirects.isEmpty || servesWeb else {
            throw .configuration(.redirectHttp, "has nothing to redirect to: no listener serves the web app")
        }
        servesUnknownNames = try loader.flag(.serveUnknownNames)
        joinsPerSecondPerAddress =
            try loader.number(.joinsPerSecondPerAddress, in: 0...1_000_000) ?? joinsPerSecondPerAddress
    }
}
