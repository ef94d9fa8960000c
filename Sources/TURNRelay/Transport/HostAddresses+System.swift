// SPDX-License-Identifier: Apache-2.0

import NIOCore
package import STUNCodec

extension HostAddresses {
    /// Those of this machine's interfaces, as they are now; throws `IOError` when the system doesn't tell.
    package static func current() throws -> [IPAddress] {
        try System.enumerateDevices().compactMap { device in
            device.address.flatMap { TransportAddress($0)?.address }
        }
    }
}
