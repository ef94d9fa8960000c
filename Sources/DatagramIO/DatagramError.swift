// SPDX-License-Identifier: Apache-2.0

import CDatagrams
package import STUNCodec

/// What became known about a datagram that was sent earlier.
package struct DatagramError: Equatable, Sendable {
    /// Where it was sent to.
    package let destination: TransportAddress
    /// The ICMP message; nil when the error came from this machine itself.
    package let icmp: ICMPMessage?

    package struct ICMPMessage: Equatable, Sendable {
        package let type: UInt8
        package let code: UInt8
        /// For "packet too big", the next hop's MTU.
        package let data: UInt32
    }

    init?(_ error: datagram_error) {
        guard let destination = TransportAddress(error.remote) else { return nil }
        self.destination = destination
        if let type = UInt8(exactly: error.icmp_type), let code = UInt8(exactly: error.icmp_code) {
            icmp = ICMPMessage(type: type, code: code, data: error.info)
        } else {
            icmp = nil
        }
    }
}
