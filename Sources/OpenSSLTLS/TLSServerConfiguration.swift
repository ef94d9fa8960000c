// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// How a server does TLS. Setting one up costs far more than a connection does: make one and share it.
package struct TLSServerConfiguration: Sendable {
    let context: ServerContext

    /// - Parameters:
    ///   - identities: where each handshake finds its certificate.
    ///   - minimumVersion: clients with less get an alert.
    ///   - applicationProtocols: for ALPN, the preferred one first. A client that offers only others is served
    ///     without ALPN.
    package init(
        identities: TLSIdentityStore,
        minimumVersion: TLSVersion = .tls12,
        applicationProtocols: [String] = []
    ) throws(OpenSSLError) {
        context = try ServerContext(
            identities: identities,
            minimumVersion: minimumVersion,
            applicationProtocols: applicationProtocols
        )
    }
}
