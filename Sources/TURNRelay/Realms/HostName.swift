// SPDX-License-Identifier: Apache-2.0

/// A host name in the form that names are compared in: lower case, without the dot of the root.
package struct HostName: Hashable, Sendable {
    /// RFC 1035, section 3.1, in text.
    private static let maximumLength = 253

    let text: String

    package init?(name: String) {
        let bytes = name.utf8.last == UInt8(ascii: ".") ? name.utf8.dropLast() : name.utf8[...]
        guard !bytes.isEmpty, bytes.count <= Self.maximumLength else { return nil }
        text = String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// The host of a web origin: what is between `//` and the port.
    init?(origin: String) {
        let bytes = Array(origin.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[(colon + 1)...].starts(with: "//".utf8) else {
            return nil
        }
        let authority = bytes[(colon + 3)...]
        let isIPv6 = authority.first == UInt8(ascii: "[")
        let end = authority.firstIndex { $0 == UInt8(ascii: isIPv6 ? "]" : ":") || $0 == UInt8(ascii: "/") }
        self.init(
            name: String(decoding: authority[..<(end ?? authority.endIndex)].dropFirst(isIPv6 ? 1 : 0), as: UTF8.self)
        )
    }
}
