// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Foundation
import OpenSSLCrypto
import Testing

@testable import ACME

/// Signatures and keys as JOSE has them.
struct JWSTests {
    /// The key of RFC 7515, appendix A.3.
    private static let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    private static let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    private static let d = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    /// And what it signed there.
    private static let input = """
        eyJhbGciOiJFUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
        """
    private static let signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

    /// SEC 1, appendix C.4, in PEM.
    private static func key() throws -> ES256Key {
        let der =
            [0x30, 0x77, 2, 1, 1, 4, 0x20] + decoded(d)
            + [0xA0, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7, 0xA1, 0x44, 3, 0x42, 0, 4] + decoded(x)
            + decoded(y)
        return try ES256Key(
            pem: "-----BEGIN EC PRIVATE KEY-----\n\(base64Encoded(der))\n-----END EC PRIVATE KEY-----\n"
        )
    }

    private static func decoded(_ text: some StringProtocol) -> [UInt8] {
        Base64URL.decode(Array(text.utf8)[...]) ?? []
    }

    /// Verifies without the code under test: R and S go to OpenSSL as the two numbers that they are.
    private func isValid(_ signature: [UInt8], of text: String, by key: ES256Key) throws -> Bool {
        let parts = ECDSA_SIG_new()
        defer { ECDSA_SIG_free(parts) }
        ECDSA_SIG_set0(parts, BN_bin2bn(signature, 32, nil), BN_bin2bn(Array(signature.dropFirst(32)), 32, nil))
        var der: UnsafeMutablePointer<UInt8>?
        let length = i2d_ECDSA_SIG(parts, &der)
        defer { CRYPTO_free(der, "", 0) }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        let handle = try privateKey(pem: key.pem)
        try #require(EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, handle.pointer) == 1)
        return EVP_DigestVerify(context, der, Int(length), Array(text.utf8), text.utf8.count) == 1
    }

    @Test func `the key of RFC 7515 has its coordinates`() throws {
        let key = try Self.key()
        #expect(Base64URL.encode(key.x) == Self.x && Base64URL.encode(key.y) == Self.y)
        #expect(try ES256Key(pem: key.pem).x == key.x, "what is kept is the same key")
    }

    @Test func `signatures are as those of RFC 7515`() throws {
        let key = try Self.key()
        #expect(try isValid(Self.decoded(Self.signature), of: Self.input, by: key))
        // Numbers with zeros before them come once in 128 times.
        for number in 0..<300 {
            let text = "\(Self.input)\(number)"
            let signature = try key.signature(of: Array(text.utf8))
            #expect(signature.count == 64)
            #expect(try isValid(signature, of: text, by: key))
        }
        #expect(try !isValid(Self.decoded(Self.signature), of: Self.input + "x", by: key))
    }

    @Test func `a text says who signed it, for which address, and only once`() throws {
        let key = try Self.key()
        let url = "https://ca.test/order"
        let text = try JWS.sign(
            Array("{}".utf8),
            url: url,
            nonce: "n1",
            by: .account(url: "https://ca.test/account/1", key)
        )
        #expect(
            String(decoding: Self.decoded(text.protected), as: UTF8.self)
                == #"{"alg":"ES256","kid":"https://ca.test/account/1","nonce":"n1","url":"https://ca.test/order"}"#
        )
        #expect(text.payload == "e30")
        #expect(try isValid(Self.decoded(text.signature), of: "\(text.protected).e30", by: key))
        let first = try JWS.sign([], url: url, nonce: "n2", by: .key(key))
        #expect(
            String(decoding: Self.decoded(first.protected), as: UTF8.self)
                == #"{"alg":"ES256","jwk":{"crv":"P-256","kty":"EC","x":"\#(Self.x)","y":"\#(Self.y)"},"#
                + #""nonce":"n2","url":"https://ca.test/order"}"#
        )
        #expect(first.payload == "", "POST-as-GET")
    }

    /// RFC 8555, section 7.3.4: HS256, the key identifier of the CA, no nonce.
    @Test func `an external account binds the key`() throws {
        let account = ExternalAccount(identifier: "kid-1", key: Array("a key that the CA gave out".utf8))
        let payload = encodedJSON(JWK(try Self.key()))
        let url = "https://ca.test/new-account"
        let text = try JWS.sign(payload, url: url, nonce: nil, by: .externalAccount(account))
        #expect(
            String(decoding: Self.decoded(text.protected), as: UTF8.self)
                == #"{"alg":"HS256","kid":"kid-1","url":"https://ca.test/new-account"}"#
        )
        #expect(Self.decoded(text.payload) == payload)
        let input = Array("\(text.protected).\(text.payload)".utf8)
        let code = try HMACKey(.sha256, key: account.key).authenticationCode(of: input)
        #expect(Self.decoded(text.signature) == code)
    }

    @Test func `a key of another curve is refused`() throws {
        let text = keyOfP384()
        #expect(throws: OpenSSLError.self) { try ES256Key(pem: text) }
        #expect(throws: OpenSSLError.self) { try ES256Key(pem: "nonsense") }
    }

    /// In PEM.
    private func keyOfP384() -> String {
        let key = shim_EVP_EC_gen("P-384")
        defer { EVP_PKEY_free(key) }
        let output = BIO_new(BIO_s_mem())
        defer { BIO_free(output) }
        PEM_write_bio_PrivateKey(output, key, nil, nil, 0, nil, nil)
        var start: UnsafeMutablePointer<CChar>?
        let count = shim_BIO_get_mem_data(output, &start)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
