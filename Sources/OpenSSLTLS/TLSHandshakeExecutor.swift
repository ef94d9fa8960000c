// SPDX-License-Identifier: Apache-2.0

package import NIOPosix
internal import Synchronization

/// Where a step of a handshake runs.
package enum TLSHandshakeExecutor: Sendable {
    /// On one of these threads, so that the event loop goes on with other connections.
    case threads(any HandshakeWorkers)
    /// On the event loop, which saves two changes of the thread and has everything else on it wait.
    case inline
}

/// Threads that steps of handshakes are given to.
package protocol HandshakeWorkers: Sendable {
    /// Has one of the threads run the step, soon, or tells it that there is none.
    func submit(_ step: @escaping NIOThreadPool.WorkItem)
}

extension NIOThreadPool: HandshakeWorkers {}

/// A connection on its way to another thread and back. The event loop lets go of the connection before the thread
/// gets it, and the other way round; if nobody wants it back, it is freed with this object.
final class HandshakeStep: @unchecked Sendable {
    private var connection: TLSConnection?
    private let isAbandoned = Atomic(false)

    init(_ connection: consuming TLSConnection) {
        self.connection = consume connection
    }

    /// The channel is gone: a step that has not begun costs nothing any more.
    func abandon() {
        isAbandoned.store(true, ordering: .relaxed)
    }

    func run() -> TLSConnection.HandshakeProgress {
        guard !isAbandoned.load(ordering: .relaxed) else { return .failed(.closedDuringHandshake) }
        return connection?.handshake() ?? .failed(TLSError(.internalFailure, "handshake without a connection"))
    }

    func takeConnection() -> TLSConnection? {
        connection.take()
    }
}
