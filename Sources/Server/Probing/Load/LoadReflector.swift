// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNClient

/// The far client of a pair: sends everything back.
final class LoadReflector: RelayedDataReceiver {
    private let client: TURNClientHandler
    private let isDatagram: Bool
    private let allocator: ByteBufferAllocator
    private var framer: PayloadFramer
    /// What goes back with the next flush, on a stream.
    private var batch = ByteBuffer()

    init(client: TURNClientHandler, carrier: PayloadCarrier, isDatagram: Bool, allocator: ByteBufferAllocator) {
        self.client = client
        self.isDatagram = isDatagram
        self.allocator = allocator
        framer = client.framer(carrier)
        client.receiver = self
    }

    /// What the connection does not take is lost: a load must not grow this program's memory.
    func receive(_ data: RelayedData) {
        let length = data.payload.readableBytes
        guard client.isWritable, length <= LoadPlan.maximumSize else { return }
        if isDatagram || batch.readableBytes == 0 {
            batch = allocator.buffer(capacity: length + PayloadFramer.maximumOverhead)
        }
        framer.write(length, into: &batch) { $0.writeImmutableBuffer(data.payload) }
        if isDatagram { client.write(batch) }
    }

    func receiveCompleted() {
        if !isDatagram, batch.readableBytes > 0 { client.write(batch) }
        batch = ByteBuffer()
        client.flush()
    }
}

@available(*, unavailable)
extension LoadReflector: Sendable {}
