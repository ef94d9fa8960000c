// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

extension TLSHandler {
    func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else { return }
        isInReadCycle = true
        if state == .waiting { startHandshake(context) }
        switch state {
        case .handshaking:
            receiveInHandshake(bytes, context)
        case .open where !isPeerDone:
            connection?.feed(bytes)
            decrypt(context)
        case .open, .waiting, .closed:
            // RFC 8446, section 6.1:
            // > Any data received after a closure alert has been received MUST be ignored.
            break
        }
    }

    /// Decrypts what was fed and hands it on.
    func decrypt(_ context: ChannelHandlerContext) {
        guard state == .open, !isPeerDone, let input = connection?.storage.inbound.readableBytes, input > 0 else {
            return
        }
        var plaintext = context.channel.allocator.buffer(capacity: input)
        guard let result = connection?.decrypt(into: &plaintext) else { return }
        if plaintext.readableBytes > 0 {
            hasDelivered = true
            isReadWanted = false
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        guard state == .open else { return }
        switch result {
        case .needsInput: break
        case .closed: peerFinished(context)
        case .failed(let error): fail(error, context)
        }
    }

    /// Ends a read: says so to those behind if they got something. If they wait for something and got nothing, a
    /// record or the handshake is incomplete, and the next piece is asked for on their behalf.
    func completeRead(_ context: ChannelHandlerContext) {
        if hasDelivered {
            hasDelivered = false
            context.fireChannelReadComplete()
        } else if isReadWanted {
            requestRead(context)
        }
        // What OpenSSL says by itself, unless an answer took it along.
        sendOutput(context)
    }

    /// Asks for more, but not while a step of the handshake runs: TCP's own flow control then bounds what a peer can
    /// make us hold.
    func requestRead(_ context: ChannelHandlerContext) {
        isReadWanted = true
        if isStepRunning {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    /// Passes on a `read()` that waited for a step.
    func releaseRead(_ context: ChannelHandlerContext) {
        guard isReadHeld, !isStepRunning else { return }
        isReadHeld = false
        context.read()
    }
}
