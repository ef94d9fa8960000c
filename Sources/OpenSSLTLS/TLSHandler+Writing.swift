// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// A write that was not encrypted yet.
struct PendingWrite {
    let bytes: ByteBuffer
    let promise: EventLoopPromise<Void>?
}

extension TLSHandler {
    func enqueue(_ write: PendingWrite) {
        if state == .closed {
            write.promise?.fail(failure ?? ChannelError.ioOnClosedChannel)
        } else if isOutputClosed || pendingOutputClose != nil {
            write.promise?.fail(ChannelError.outputClosed)
        } else {
            pendingWrites.append(write)
        }
    }

    /// Encrypts all writes that were flushed and writes them as one buffer. Before the handshake is done they wait.
    func writeEncrypted(_ context: ChannelHandlerContext) {
        guard state == .open, let first = popFlushed() else { return }
        var promise = first.promise
        // Hardly ever any.
        var others: [ByteBuffer] = []
        while let write = popFlushed() {
            others.append(write.bytes)
            promise = combined(promise, write.promise)
        }
        do throws(TLSError) {
            try connection?.encrypt(first.bytes, followedBy: others)
        } catch {
            promise?.fail(error)
            return fail(error, context)
        }
        let encrypted = connection?.takeOutput() ?? ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(encrypted), promise: promise)
    }

    private func popFlushed() -> PendingWrite? {
        pendingWrites.hasMark ? pendingWrites.popFirst() : nil
    }

    /// One promise for both. Writes that leave in one buffer succeed or fail together.
    private func combined(_ one: EventLoopPromise<Void>?, _ other: EventLoopPromise<Void>?) -> EventLoopPromise<Void>? {
        guard let one else { return other }
        if let other { one.futureResult.cascade(to: other) }
        return one
    }

    func failPendingWrites(_ error: any Error) {
        let writes = pendingWrites
        pendingWrites = MarkedCircularBuffer(initialCapacity: 0)
        for write in writes { write.promise?.fail(error) }
    }

    /// Sends what OpenSSL wants to say by itself; whether there was something.
    @discardableResult
    func sendOutput(_ context: ChannelHandlerContext) -> Bool {
        guard let output = connection?.takeOutput() else { return false }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        return true
    }
}
