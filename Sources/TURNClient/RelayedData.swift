// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec

/// What arrived from a peer through the relay.
package struct RelayedData: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        case channel(UInt16)
        case peer(TransportAddress)
    }

    package let source: Source
    package let payload: ByteBuffer
}

/// Takes what the relay delivers as it arrives, on the connection's event loop.
package protocol RelayedDataReceiver: AnyObject {
    func receive(_ data: RelayedData)
    /// What arrived at once has been delivered: the time to flush what was written because of it.
    func receiveCompleted()
}

/// Hands what arrives to an asynchronous reader.
final class RelayedDataStream: RelayedDataReceiver {
    private let continuation: AsyncStream<RelayedData>.Continuation

    init(_ continuation: AsyncStream<RelayedData>.Continuation) {
        self.continuation = continuation
    }

    func receive(_ data: RelayedData) {
        continuation.yield(data)
    }

    func receiveCompleted() {}
}
