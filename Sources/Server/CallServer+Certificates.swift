// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import OpenSSLTLS
import STUNCodec

extension CallServer {
    /// Nil where certificates are given by hand.
    func certificateAgent(
        on group: any EventLoopGroup,
        _ identities: TLSIdentityStore,
        _ counters: RenewalCounters
    ) throws(StartupError) -> CertificateAgent? {
        guard let options = configuration.acme else { return nil }
        // RFC 8737, section 3, has the CA connect there.
        if port443IsElsewhere {
            logger.warning(
                "no listener on port 443: what has that port must pass TLS on, for a CA to validate the name"
            )
        }
        return try CertificateAgent(
            options,
            client: HTTPSClient(group: group, caFile: options.caFile),
            identities: identities,
            counters: counters,
            logger: logger
        )
    }

    private var port443IsElsewhere: Bool {
        !configuration.listen.isEmpty
            && !configuration.listen.contains { $0.address.port == 443 && !$0.rolesInsideTLS.isEmpty }
    }
}
