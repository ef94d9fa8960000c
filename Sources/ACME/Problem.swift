// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Why a CA refuses (RFC 7807, with the types of RFC 8555, section 6.7).
package struct Problem: Sendable, Equatable, Decodable {
    /// The types that something is done about.
    package enum Kind: String, Sendable {
        case accountDoesNotExist
        case alreadyReplaced
        case badNonce
        case caa
        case connection
        case dns
        case externalAccountRequired
        case incorrectResponse
        case invalidContact
        case malformed
        case rateLimited
        case rejectedIdentifier
        case serverInternal
        case tls
        case unauthorized
        case unsupportedContact
        case unsupportedIdentifier
        case userActionRequired
    }

    private static let namespace = "urn:ietf:params:acme:error:"

    package let type: String
    package let detail: String
    /// Of an identifier among several.
    package let subproblems: [Problem]

    private enum CodingKeys: String, CodingKey {
        case type
        case detail
        case subproblems
    }

    package init(_ kind: Kind, _ detail: String = "", subproblems: [Problem] = []) {
        type = Self.namespace + kind.rawValue
        self.detail = detail
        self.subproblems = subproblems
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        // RFC 7807, section 3.1: what is not there is "about:blank".
        type = printable((try? values.decodeIfPresent(String.self, forKey: .type)) ?? "about:blank")
        detail = printable((try? values.decodeIfPresent(String.self, forKey: .detail)) ?? "")
        subproblems = (try? values.decodeIfPresent([Problem].self, forKey: .subproblems)) ?? []
    }

    package var kind: Kind? {
        type.hasPrefix(Self.namespace) ? Kind(rawValue: String(type.dropFirst(Self.namespace.count))) : nil
    }

    /// The detail, or the type where there is none; then those of its parts, which have none themselves (RFC 8555, section
    /// 6.7.1).
    package var text: String {
        ([self] + subproblems.prefix(4)).map { $0.detail.isEmpty ? $0.type : $0.detail }.joined(separator: "; ")
    }
}

/// A text from elsewhere for one line of a log.
func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(400).map { isPrintable($0) ? $0 : " " }))
}

private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
}
