// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix

extension TLSHandler {
    /// More than one read's worth, so only a peer that ignores the protocol and a channel that ignores `read()` meet it.
    private static var heldInputLimit: Int { 512 * 1024 }

    /// Makes the connection and, on a client, says hello.
    func startHandshake(_ context: ChannelHandlerContext) {
        guard state == .waiting else { return }
        state = .handshaking
        do throws(TLSError) {
            connection = try makeConnection()
        } catch {
            return fail(error, context)
        }
        if isClient { advance(context) }
    }

    /// Takes input while the handshake lasts.
    func receiveInHandshake(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard isStepRunning else {
            let isCheap = connection?.hasSentFinished == true || hasAnswered && isAlert(bytes)
            connection?.feed(bytes)
            return advance(context, inline: isCheap)
        }
        var bytes = bytes
        guard (heldInput?.readableBytes ?? 0) + bytes.readableBytes <= Self.heldInputLimit else {
            return fail(.tooMuchHandshakeInput, context)
        }
        heldInput.setOrWriteBuffer(&bytes)
    }

    /// Runs a step of the handshake, after which ``stepReturned(_:_:_:)`` goes on.
    private func advance(_ context: ChannelHandlerContext, inline: Bool = false) {
        guard let connection = connection.take() else { return }
        guard !inline, case .threads(let threads) = executor() else {
            let progress = connection.handshake()
            return stepReturned(connection, progress, context)
        }
        isStepRunning = true
        let step = HandshakeStep(connection)
        runningStep = step
        let loop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: loop)
        threads.submit { state in
            let progress = state == .active ? step.run() : .failed(TLSError(.internalFailure, "server is stopping"))
            loop.execute { handler.value.stepReturned(step, progress) }
        }
    }

    private func stepReturned(_ step: HandshakeStep, _ progress: TLSConnection.HandshakeProgress) {
        isStepRunning = false
        runningStep = nil
        // Closed in the meantime: the connection goes with the step.
        guard state == .handshaking, let context, let connection = step.takeConnection() else { return }
        stepReturned(connection, progress, context)
        // Outside of a read cycle nobody else would say that reading is over, or ask for what is needed next.
        if !isInReadCycle { completeRead(context) }
        releaseRead(context)
    }

    private func stepReturned(
        _ connection: consuming TLSConnection,
        _ progress: TLSConnection.HandshakeProgress,
        _ context: ChannelHandlerContext
    ) {
        self.connection = consume connection
        switch progress {
        case .needsInput:
            if sendOutput(context) { hasAnswered = true }
            if let input = heldInput.take() {
                receiveInHandshake(input, context)
            } else if hasInputEnded {
                fail(.closedDuringHandshake, context)
            }
        case .completed(let session): completed(session, context)
        case .failed(let error): fail(error, context)
        }
    }

    /// What ended the handshake, such as a server's session ticket, goes with the first words, if there are some to say by
    /// the end of the read, and alone if not: a peer may wait for an acknowledgment before it says its own (Nagle's
    /// algorithm, RFC 9293, section 3.7.4).
    private func completed(_ session: TLSSession, _ context: ChannelHandlerContext) {
        state = .open
        context.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(session))
        // Whoever hears of it may have closed the channel, or taken this handler out.
        writeEncrypted(context)
        if let close = pendingOutputClose.take() { closeOutput(context, close.promise) }
        if let input = heldInput.take() { connection?.feed(input) }
        decrypt(context)
        if hasInputEnded { inputEnded(context) }
    }

    /// A peer that gives up says so before its end of stream. Handled on the spot, the alert is still heard.
    private func isAlert(_ bytes: ByteBuffer) -> Bool {
        bytes.peekInteger(as: UInt8.self) == 21
    }
}
