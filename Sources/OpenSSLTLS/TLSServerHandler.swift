// SPDX-License-Identifier: Apache-2.0

/// The server's side of TLS in a channel pipeline. The deadline of the handshake is its owner's business.
package final class TLSServerHandler: TLSHandler {
    /// Of new connections.
    private let configuration: TLSServerConfiguration?

    /// - Parameter executor: evaluated before each step that is expensive.
    package init(
        configuration: TLSServerConfiguration,
        executor: @autoclosure @escaping () -> TLSHandshakeExecutor
    ) {
        self.configuration = configuration
        super.init(executor: executor)
    }

    /// Goes on with a connection that is open.
    package init(_ records: TLSRecordLayer) {
        configuration = nil
        super.init(executor: { .inline })
        connection = records.takeConnection()
        state = .open
    }

    override func makeConnection() throws(TLSError) -> TLSConnection {
        guard let configuration else { throw TLSError(.internalFailure, "taken over, and cannot begin") }
        return try .server(configuration)
    }
}
