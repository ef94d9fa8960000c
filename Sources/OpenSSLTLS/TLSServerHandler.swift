// SPDX-License-Identifier: Apache-2.0

/// The server's side of TLS in a channel pipeline. The deadline of the handshake is its owner's business.
package final class TLSServerHandler: TLSHandler {
    private let configuration: TLSServerConfiguration

    /// - Parameter executor: evaluated before each step that is expensive.
    package init(
        configuration: TLSServerConfiguration,
        executor: @autoclosure @escaping () -> TLSHandshakeExecutor
    ) {
        self.configuration = configuration
        super.init(executor: executor)
    }

    override func makeConnection() throws(TLSError) -> TLSConnection {
        try .server(configuration)
    }
}
