// SPDX-License-Identifier: Apache-2.0

/// A STUN or TURN URI (RFC 7064, RFC 7065).
struct ProbeURI: Equatable, Sendable {
    enum Transport: String, Sendable {
        case udp
        case tcp
    }

    let text: String
    let isTURN: Bool
    let isSecure: Bool
    let host: String
    let port: Int
    let transport: Transport

    init(_ text: String) throws(StartupError) {
        let problem = StartupError.configuration(
            "'\(text)' is not turns:HOST[:PORT][?transport=tcp], turn:HOST[:PORT][?transport=udp|tcp], stun: or stuns:"
        )
        guard let colon = text.firstIndex(of: ":") else { throw problem }
        let scheme = text[..<colon].lowercased()
        guard ["turn", "turns", "stun", "stuns"].contains(scheme) else { throw problem }
        let parts = text[text.index(after: colon)...].split(separator: "?", omittingEmptySubsequences: false)
        guard parts.count <= 2, let (host, port) = Self.hostAndPort(parts[0]) else { throw problem }
        isTURN = scheme.hasPrefix("turn")
        isSecure = scheme.hasSuffix("s")
        guard let transport = Self.transport(parts.count == 2 ? parts[1] : nil, isSecure: isSecure) else {
            throw problem
        }
        self.text = text
        self.host = host
        self.port = port ?? (isSecure ? 5349 : 3478)
        self.transport = transport
    }

    private static func hostAndPort(_ text: Substring) -> (String, Int?)? {
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
            port = Int(number)
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-.:".contains($0)) })
        else {
            return nil
        }
        return (String(host), port)
    }

    /// Without TLS, the default is UDP. DTLS is not spoken: with TLS there is only TCP.
    private static func transport(_ query: Substring?, isSecure: Bool) -> Transport? {
        guard let query else { return isSecure ? .tcp : .udp }
        guard query.hasPrefix("transport="), let transport = Transport(rawValue: String(query.dropFirst(10))) else {
            return nil
        }
        return isSecure && transport == .udp ? nil : transport
    }
}
