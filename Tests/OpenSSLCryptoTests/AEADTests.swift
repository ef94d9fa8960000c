// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Testing

struct AEADTests {
    private static let zeros = [UInt8](repeating: 0, count: 32)

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func key(_ algorithm: AEADAlgorithm = .aes256GCM) throws -> AEADKey {
        try AEADKey(algorithm, key: Array(Self.zeros.prefix(algorithm.keyLength)))
    }

    private let nonce = [UInt8](repeating: 0, count: 12)

    /// Test cases 2 and 14 of the specification of GCM.
    @Test(arguments: [
        (AEADAlgorithm.aes128GCM, "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"),
        (.aes256GCM, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    ])
    func vectors(algorithm: AEADAlgorithm, sealed: String) throws {
        let text = Array(Self.zeros.prefix(16))
        let result = try key(algorithm).seal(text, nonce: nonce, additional: [])
        #expect(hexadecimal(result) == sealed)
        #expect(try key(algorithm).open(result, nonce: nonce, additional: []) == text)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1000])
    func anyLength(length: Int) throws {
        let text = [UInt8](repeating: 7, count: length)
        let sealed = try key().seal(text, nonce: nonce, additional: [1, 2])
        #expect(sealed.count == length + AEADKey.tagLength)
        #expect(try key().open(sealed, nonce: nonce, additional: [1, 2]) == text)
    }

    @Test func everyChangedByteIsNoticed() throws {
        let sealed = try key().seal([1, 2, 3], nonce: nonce, additional: [4])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: AEADError.self) { try key().open(changed, nonce: nonce, additional: [4]) }
        }
        for (nonce, additional) in [(nonce, [5]), (nonce, []), ([1] + nonce.dropFirst(), [4])] as [([UInt8], [UInt8])] {
            #expect(throws: AEADError.self) { try key().open(sealed, nonce: nonce, additional: additional) }
        }
    }

    @Test func wrongLengths() throws {
        for length in [0, 15, 17, 31, 33] {
            let bytes = [UInt8](repeating: 1, count: length)
            #expect(throws: AEADError.self) { try AEADKey(.aes128GCM, key: bytes) }
            #expect(throws: AEADError.self) { try AEADKey(.aes256GCM, key: bytes) }
        }
        for length in [0, 11, 13, 256] {
            let bytes = [UInt8](repeating: 1, count: length)
            #expect(throws: AEADError.self) { try key().seal([], nonce: bytes, additional: []) }
            #expect(throws: AEADError.self) { try key().open(Self.zeros, nonce: bytes, additional: []) }
        }
        for length in 0..<AEADKey.tagLength {
            let bytes = [UInt8](repeating: 1, count: length)
            #expect(throws: AEADError.self) { try key().open(bytes, nonce: nonce, additional: []) }
        }
    }
}
