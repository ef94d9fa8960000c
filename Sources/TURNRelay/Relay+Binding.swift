// SPDX-License-Identifier: Apache-2.0

import STUNCodec

extension Relay {
    /// RFC 8489, section 6.3.1. Needs no credentials: it tells a client its own address and nothing else.
    func answerBinding(from client: Client, with response: inout STUNMessageWriter) {
        response.append(XORMappedAddress(address: client.address))
    }
}
