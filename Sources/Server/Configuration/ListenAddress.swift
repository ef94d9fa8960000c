// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Where to listen and what for: `ADDR:PORT`, `ADDR:PORT/web` or `ADDR:PORT/turn`.
struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// What connections of a listener may become.
    struct Roles: OptionSet, Sendable {
        let rawValue: UInt8

        /// The app and signaling.
        static let web = Roles(rawValue: 1)
        static let turn = Roles(rawValue: 2)
        static let all: Roles = [.web, .turn]
    }

    let address: IPAddress
    let port: UInt16
    let roles: Roles

    init(address: IPAddress, port: UInt16, roles: Roles = .all) {
        self.address = address
        self.port = port
        self.roles = roles
    }

    init(_ text: String) throws(StartupError) {
        let problem = StartupError.configuration(
            "--listen '\(text)' is not ADDR:PORT, ADDR:PORT/web or ADDR:PORT/turn (IPv6 addresses in brackets)"
        )
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let roles = Self.roles(parts.count > 1 ? parts[1] : nil),
            let colon = parts[0].lastIndex(of: ":"),
            let address = Self.address(parts[0][..<colon]),
            let port = Self.port(parts[0][parts[0].index(after: colon)...])
        else { throw problem }
        self.init(address: address, port: port, roles: roles)
    }

    private static func roles(_ text: Substring?) -> Roles? {
        switch text {
        case nil: .all
        case "web": .web
        case "turn": .turn
        default: nil
        }
    }

    private static func address(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = IPAddress(String(text.dropFirst().dropLast()))
            return address?.family == .ipv6 ? address : nil
        }
        let address = IPAddress(String(text))
        return address?.family == .ipv4 ? address : nil
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return UInt16(text)
    }

    var description: String { TransportAddress(address, port: port).description }
}
