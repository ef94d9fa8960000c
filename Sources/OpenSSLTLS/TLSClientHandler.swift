// SPDX-License-Identifier: Apache-2.0

/// The client's side of TLS in a channel pipeline.
package final class TLSClientHandler: TLSHandler {
    private let configuration: TLSClientConfiguration
    private let serverName: String?

    /// - Parameter serverName: the name or IP address the server's certificate has to be for. A name is also sent to
    ///   the server (SNI). Nil checks who signed the certificate, but not for whom.
    package init(
        configuration: TLSClientConfiguration,
        serverName: String?,
        executor: TLSHandshakeExecutor = .inline
    ) {
        self.configuration = configuration
        self.serverName = serverName
        super.init(executor: { executor })
    }

    override var isClient: Bool { true }

    override func makeConnection() throws(TLSError) -> TLSConnection {
        try .client(configuration, serverName: serverName)
    }
}
