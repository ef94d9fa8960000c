// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Why a text names no network.
package enum IPNetworkError: Error, Equatable, CustomStringConvertible {
    case notAnAddress(String)
    case prefixLength(String, maximum: Int)
    /// The address has bits after the prefix: more likely a slip of the pen than meant.
    case bitsAfterPrefix(String, network: IPNetwork)

    package var description: String {
        switch self {
        case .notAnAddress(let text): "'\(text)' is neither an IP address nor a network such as 192.0.2.0/24"
        case .prefixLength(let text, let maximum): "'\(text)': the prefix length is not between 0 and \(maximum)"
        case .bitsAfterPrefix(let text, let network):
            "'\(text)' is an address within a network: \(network) is the network"
        }
    }
}

extension IPNetwork: CustomStringConvertible {
    /// Reads `ADDRESS/LENGTH`; an address alone is a network of one.
    package init(_ text: String) throws(IPNetworkError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { throw .notAnAddress(text) }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        let width = address.family.width
        guard let length = Self.length(parts[1]), length <= width else { throw .prefixLength(text, maximum: width) }
        self.init(around: address, prefixLength: length)
        guard self.address == address else { throw .bitsAfterPrefix(text, network: self) }
    }

    package var description: String { "\(address)/\(prefixLength)" }

    /// Digits alone: `Int` would take a sign.
    private static func length(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(text) : nil
    }
}
