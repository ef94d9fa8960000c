// SPDX-License-Identifier: Apache-2.0

/// ACCESS-TOKEN (RFC 7635, section 6.2): what the authorization server gave the client, sealed for the TURN server.
///
/// The token is `nonce length (2 bytes), nonce, encrypted block`; the lengths are checked here, before any key is used.
public struct AccessToken: STUNAttributeValue {
    public static let attributeType = AttributeType.accessToken
    public let nonce: [UInt8]
    /// Ciphertext with the tag of the AEAD at its end.
    public let encryptedBlock: [UInt8]

    public init(nonce: [UInt8], encryptedBlock: [UInt8]) {
        self.nonce = nonce
        self.encryptedBlock = encryptedBlock
    }

    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        guard value.byteCount >= 2 else { throw STUNDecodeError(.badValueLength, at: 0) }
        let nonceEnd = 2 + Int(value.bigEndian(at: 0, as: UInt16.self))
        guard nonceEnd <= value.byteCount else { throw STUNDecodeError(.truncated, at: 0) }
        nonce = value.extracting(2..<nonceEnd).array
        encryptedBlock = value.extracting(nonceEnd..<value.byteCount).array
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        bytes.append(bigEndian: UInt16(clamping: nonce.count))
        bytes.append(contentsOf: nonce.prefix(Int(UInt16.max)))
        bytes.append(contentsOf: encryptedBlock)
    }
}
