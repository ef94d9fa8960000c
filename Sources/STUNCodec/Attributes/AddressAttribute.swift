// SPDX-License-Identifier: Apache-2.0

/// An attribute whose value is a transport address in the clear (RFC 8489, section 14.1).
public protocol AddressAttribute: STUNAttributeValue {
    var address: TransportAddress { get }
    init(address: TransportAddress)
}

/// An attribute whose value is a transport address, XORed with the magic cookie and the transaction ID so that no
/// address translator on the way rewrites it (RFC 8489, section 14.2).
public protocol XORAddressAttribute: STUNAttributeValue {
    var address: TransportAddress { get }
    init(address: TransportAddress)
}

extension AddressAttribute {
    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        self.init(address: try TransportAddress(decoding: value))
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        address.encode(into: &bytes)
    }
}

extension XORAddressAttribute {
    public init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
        self.init(address: try TransportAddress(decoding: value).masked(by: transactionID))
    }

    public func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
        address.masked(by: transactionID).encode(into: &bytes)
    }
}

extension TransportAddress {
    /// Eight bits of zero (ignored), the family, the port, the address.
    init(decoding value: RawSpan) throws(STUNDecodeError) {
        guard value.byteCount >= 4 else { throw STUNDecodeError(.badValueLength, at: 0) }
        guard let family = IPAddress.Family(rawValue: value.bigEndian(at: 1)) else {
            throw STUNDecodeError(.badAddressFamily, at: 1)
        }
        guard value.byteCount == 4 + family.byteCount else { throw STUNDecodeError(.badValueLength, at: 0) }
        let address =
            switch family {
            case .ipv4: IPAddress(ipv4: value.bigEndian(at: 4))
            case .ipv6: IPAddress(ipv6High: value.bigEndian(at: 4), low: value.bigEndian(at: 12))
            }
        self.init(address, port: value.bigEndian(at: 2))
    }

    func encode(into bytes: inout [UInt8]) {
        bytes.append(0)
        bytes.append(address.family.rawValue)
        bytes.append(bigEndian: port)
        switch address.family {
        case .ipv4:
            bytes.append(bigEndian: UInt32(truncatingIfNeeded: address.low))
        case .ipv6:
            bytes.append(bigEndian: address.high)
            bytes.append(bigEndian: address.low)
        }
    }

    /// Its own inverse.
    func masked(by transactionID: TransactionID) -> TransportAddress {
        let cookie = STUNMessageView.magicCookie
        let port = port ^ UInt16(cookie >> 16)
        switch address.family {
        case .ipv4:
            return TransportAddress(IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low) ^ cookie), port: port)
        case .ipv6:
            let high = address.high ^ (UInt64(cookie) << 32 | UInt64(transactionID.high))
            return TransportAddress(IPAddress(ipv6High: high, low: address.low ^ transactionID.low), port: port)
        }
    }
}

extension IPAddress.Family {
    var byteCount: Int {
        switch self {
        case .ipv4: 4
        case .ipv6: 16
        }
    }
}
