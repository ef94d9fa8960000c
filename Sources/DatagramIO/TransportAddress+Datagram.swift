// SPDX-License-Identifier: Apache-2.0

import CDatagrams
import STUNCodec

extension datagram_address {
    init(_ address: TransportAddress) {
        self.init(address.address)
        port = address.port
    }

    init(_ address: IPAddress) {
        self.init()
        family = address.family.rawValue
        unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
            if let bits = address.ipv4Bits {
                unsafe bytes.storeBytes(of: bits.bigEndian, as: UInt32.self)
            } else if let (high, low) = address.ipv6Bits {
                unsafe bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }
}

extension IPAddress {
    /// Nil for family 0.
    init?(_ address: datagram_address) {
        let (high, low) = unsafe withUnsafeBytes(of: address.bytes) { bytes in
            unsafe (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        switch Family(rawValue: address.family) {
        case .ipv4: self.init(ipv4: UInt32(truncatingIfNeeded: high >> 32))
        case .ipv6: self.init(ipv6High: high, low: low)
        case nil: return nil
        }
    }
}

extension TransportAddress {
    init?(_ address: datagram_address) {
        guard let ip = IPAddress(address) else { return nil }
        self.init(ip, port: address.port)
    }
}
