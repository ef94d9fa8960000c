// SPDX-License-Identifier: Apache-2.0

/// Whose signature under a server's certificate a client accepts.
package enum TLSTrust: Sendable {
    case systemRoots
    /// The system's roots and the certificates of a PEM file.
    case systemRootsAnd(certificateFile: String)
    /// The certificates of a PEM file.
    case certificateFile(String)
    /// The certificates of a PEM text.
    case certificatePEM(String)
    /// Anybody's. What verification would have said is told with the handshake's result.
    case insecure
}

/// How a client does TLS. It remembers sessions: connections that share a configuration resume each other's.
package struct TLSClientConfiguration: Sendable {
    let context: ClientContext

    /// - Parameter applicationProtocols: offered by ALPN, the preferred one first.
    package init(
        trust: TLSTrust,
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13,
        applicationProtocols: [String] = [],
        resumesSessions: Bool = true
    ) throws(TLSIdentityError) {
        context = try ClientContext(
            trust: trust,
            versions: versions,
            applicationProtocols: applicationProtocols,
            resumesSessions: resumesSessions
        )
    }
}
