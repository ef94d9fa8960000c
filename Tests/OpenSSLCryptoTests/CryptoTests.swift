// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Testing

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

@Suite struct DigestTests {
    @Test func knownAnswers() throws {
        #expect(hex(try digest(.md5, Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(hex(try digest(.sha1, Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(hex(try digest(.sha256, Array("abc".utf8))) == sha256)
    }

    @Test func emptyInput() throws {
        #expect(hex(try digest(.md5, [])) == "d41d8cd98f00b204e9800998ecf8427e")
    }

    /// RFC 8489, section 9.2.2.
    @Test func longTermKey() throws {
        let key = try digest(.md5, Array("user:realm:pass".utf8))
        #expect(hex(key) == "8493fbc53ba582fb4c044c456bdc40eb")
    }
}

@Suite struct HMACKeyTests {
    /// RFC 2202, section 3 and RFC 4231, section 4.3, test case 2.
    @Test(
        arguments: [
            (DigestAlgorithm.sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (.md5, "750c783e6ab0b503eaa86e310a5db738"),
        ]
    )
    func knownAnswers(algorithm: DigestAlgorithm, expected: String) throws {
        let key = try HMACKey(algorithm, key: Array("Jefe".utf8))
        let message = Array("what do ya want for nothing?".utf8)
        #expect(hex(key.authenticationCode(of: message)) == expected)
        #expect(hex(key.authenticationCode(of: message)) == expected, "a key is used more than once")
        #expect(hex(key.authenticationCode(of: [])) != expected)
        #expect(hex(key.authenticationCode(of: message)) == expected)
    }

    @Test func twoPartsAreOneMessage() throws {
        let key = try HMACKey(.sha1, key: [1, 2, 3])
        let message = [UInt8](0..<100)
        let whole = key.authenticationCode(of: message)
        for split in 0...100 {
            let (left, right) = (Array(message[..<split]), Array(message[split...]))
            let code = key.authenticationCode(of: left.span.bytes, right.span.bytes)
            #expect(code == whole)
        }
    }

    @Test func keysOfAnyLength() throws {
        let empty = try HMACKey(.sha1, key: [])
        #expect(hex(empty.authenticationCode(of: [])) == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d")
        let long = try HMACKey(.sha1, key: [UInt8](repeating: 0xaa, count: 80))
        let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(hex(long.authenticationCode(of: message)) == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
    }

    @Test func differentKeysDiffer() throws {
        let message = Array("message".utf8)
        let one = try HMACKey(.sha256, key: [1]).authenticationCode(of: message)
        let two = try HMACKey(.sha256, key: [2]).authenticationCode(of: message)
        #expect(one != two)
        #expect(one.count == DigestAlgorithm.sha256.length)
    }
}

@Suite struct SmallHelpersTests {
    /// RFC 4648, section 10.
    @Test(
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
        )
    )
    func base64(text: String, expected: String) {
        #expect(base64Encoded(Array(text.utf8)) == expected)
    }

    @Test func base64OfMoreThanOneBlock() {
        let text = base64Encoded([UInt8](repeating: 0, count: 1_000_000))
        #expect(text.utf8.count == 1_333_336)
        #expect(text.hasSuffix("AA=="))
        #expect(text.utf8.dropLast(2).allSatisfy { $0 == UInt8(ascii: "A") })
    }

    @Test(arguments: [([1, 2, 3], true), ([1, 2, 4], false), ([1, 2], false), ([], false)] as [([UInt8], Bool)])
    func constantTimeEquality(other: [UInt8], equal: Bool) {
        let secret: [UInt8] = [1, 2, 3]
        let answer = constantTimeEqual(secret.span.bytes, other.span.bytes)
        #expect(answer == equal)
    }

    @Test func emptySecretsAreEqual() {
        let empty: [UInt8] = []
        let answer = constantTimeEqual(empty.span.bytes, empty.span.bytes)
        #expect(answer)
    }

    @Test func randomBytes() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(32).count == 32)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
    }
}
