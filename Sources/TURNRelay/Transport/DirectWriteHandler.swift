// SPDX-License-Identifier: Apache-2.0

import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Gives what is flushed to the socket at once, past the channel's own list of writes, and the channel what the socket
/// does not take: from then on it has all that follows, until it has written everything.
///
/// To write by way of that list takes half as many instructions as to encrypt a packet. The handler belongs next to the
/// socket, and is for handlers that flush one buffer at a time: several go the channel's way.
final class DirectWriteHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Write {
        var bytes: ByteBuffer
        let promise: EventLoopPromise<Void>?
    }

    private let socket: NIOBSDSocket.Handle
    private var unflushed: Write?
    /// Writes that the channel has.
    private var handedOver = 0

    private init(_ socket: NIOBSDSocket.Handle) {
        self.socket = socket
    }

    /// Adds one to a channel that has a socket, as first handler. Bytes leave any other as before.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let socket = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        if let socket { try pipeline.addHandler(DirectWriteHandler(socket), position: .first) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let buffered = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        guard buffered != 0 else { return }
        // Behind what was written before, which must not be overtaken.
        handOver(Write(bytes: ByteBuffer(), promise: nil), context)
        context.flush()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        unflushed.take()?.promise?.fail(ChannelError.ioOnClosedChannel)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let write = Write(bytes: unwrapOutboundIn(data), promise: promise)
        if let earlier = unflushed.take() { handOver(earlier, context) }
        if handedOver > 0 {
            handOver(write, context)
        } else {
            unflushed = write
        }
    }

    func flush(context: ChannelHandlerContext) {
        guard var write = unflushed.take() else { return context.flush() }
        if write.bytes.readableBytes > 0, sendAll(of: &write.bytes, context.channel) {
            write.promise?.succeed()
        } else {
            handOver(write, context)
            context.flush()
        }
    }

    /// The channel knows what it has to write before it closes its output.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output, let write = unflushed.take() { handOver(write, context) }
        context.close(mode: mode, promise: promise)
    }

    /// Sends as much as the socket takes, and leaves the rest; whether there is none. After an error all of it is left:
    /// the channel will meet one, too, and close.
    private func sendAll(of bytes: inout ByteBuffer, _ channel: any Channel) -> Bool {
        // The channel closes its socket and becomes inactive without anybody being called between: no other
        // connection can have the descriptor yet.
        guard channel.isActive else { return false }
        let count = bytes.withUnsafeReadableBytes { bytes in
            send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        bytes.moveReaderIndex(forwardBy: max(0, count))
        return bytes.readableBytes == 0
    }

    private func handOver(_ write: Write, _ context: ChannelHandlerContext) {
        handedOver += 1
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.handedOver -= 1 }
        // Whose it is may be on another event loop.
        if let promise = write.promise { written.futureResult.cascade(to: promise) }
        context.write(wrapOutboundOut(write.bytes), promise: written)
    }
}

@available(*, unavailable)
extension DirectWriteHandler: Sendable {}
