// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import OpenSSLCrypto

/// A signed text (RFC 7515) in the flattened JSON serialization, which is what ACME servers take (RFC 8555, section 6.2).
package enum JWS {
    /// Who signs.
    package enum Signer: Sendable {
        /// A key that the server has no account for yet.
        case key(ES256Key)
        /// The key of this account.
        case account(url: String, ES256Key)
        /// A MAC key that the CA gave out elsewhere (RFC 8555, section 7.3.4).
        case externalAccount(ExternalAccount)
    }

    private struct Header: Encodable {
        let alg: String
        var jwk: JWK?
        var kid: String?
        var nonce: String?
        let url: String
    }

    package struct SignedText: Encodable, Sendable {
        let payload: String
        let protected: String
        let signature: String
    }

    /// - Parameters:
    ///   - payload: nothing for what RFC 8555, section 6.3, calls POST-as-GET.
    ///   - nonce: none for the inner text of an external account binding.
    package static func sign(
        _ payload: [UInt8],
        url: String,
        nonce: String?,
        by signer: Signer
    ) throws(OpenSSLError) -> SignedText {
        let protected = Base64URL.encode(encodedJSON(header(url: url, nonce: nonce, signer)))
        let payload = Base64URL.encode(payload)
        let input = Array("\(protected).\(payload)".utf8)
        let signature =
            switch signer {
            case .key(let key), .account(_, let key): try key.signature(of: input)
            case .externalAccount(let account):
                try HMACKey(.sha256, key: account.key).authenticationCode(of: input)
            }
        return SignedText(payload: payload, protected: protected, signature: Base64URL.encode(signature))
    }

    private static func header(url: String, nonce: String?, _ signer: Signer) -> Header {
        switch signer {
        case .key(let key): Header(alg: "ES256", jwk: JWK(key), nonce: nonce, url: url)
        case .account(let account, _): Header(alg: "ES256", kid: account, nonce: nonce, url: url)
        case .externalAccount(let account): Header(alg: "HS256", kid: account.identifier, nonce: nonce, url: url)
        }
    }
}

/// A public key in JSON (RFC 7517).
package struct JWK: Encodable, Sendable, Equatable {
    let crv = "P-256"
    let kty = "EC"
    let x: String
    let y: String

    package init(_ key: ES256Key) {
        x = Base64URL.encode(key.x)
        y = Base64URL.encode(key.y)
    }

    /// RFC 7638: the hash of the required members in lexicographic order, without spaces, which is how they are encoded.
    package func thumbprint() throws(OpenSSLError) -> String {
        Base64URL.encode(try digest(.sha256, encodedJSON(self)))
    }
}

/// What a CA gave out for its own customers to register with.
package struct ExternalAccount: Sendable, Equatable {
    package let identifier: String
    package let key: [UInt8]

    package init(identifier: String, key: [UInt8]) {
        self.identifier = identifier
        self.key = key
    }
}

/// The same bytes for the same value. Only for values that JSON has a form for, whatever they hold.
func encodedJSON(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
}
