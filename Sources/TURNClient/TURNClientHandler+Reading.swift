// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import STUNCodec

/// What the server sends: answers to the client's requests, and data of peers.
extension TURNClientHandler {
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isDatagram {
            take(datagram: bytes, context)
        } else if buffer.readableBytes == 0 {
            // Nothing is left of the last read: this one needs no copy.
            buffer = bytes
        } else {
            buffer.writeBuffer(&bytes)
        }
        while !isDatagram, takeFrame(context) {}
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        receiver.receiveCompleted()
        context.fireChannelReadComplete()
    }

    /// A datagram stands for itself: what is wrong with one says nothing about the next. ChannelData is not padded, or is.
    private func take(datagram: ByteBuffer, _ context: ChannelHandlerContext) {
        let start = datagram.readerIndex
        guard let first = datagram.getInteger(at: start, as: UInt8.self) else { return }
        guard 64...127 ~= first else { return take(datagram, context) }
        guard let (channel, length) = datagram.getMultipleIntegers(at: start, as: (UInt16, UInt16).self) else { return }
        take(channelData: channel, datagram.getSlice(at: start + ChannelData.headerLength, length: Int(length)))
    }

    private func takeFrame(_ context: ChannelHandlerContext) -> Bool {
        switch StreamFraming.nextFrame(in: buffer.readableBytesSpan, maximumLength: Self.maximumFrameLength) {
        case .needMore:
            return false
        case .stun(let length):
            guard let message = buffer.readSlice(length: length) else { return false }
            take(message, context)
        case .channelData(let channel, let payloadLength, let frameLength):
            guard let frame = buffer.readSlice(length: frameLength) else { return false }
            let payload = frame.getSlice(at: frame.readerIndex + ChannelData.headerLength, length: payloadLength)
            take(channelData: channel.rawValue, payload)
        case .invalid(let error):
            errorCaught(context: context, error: TURNClientError.malformed(error))
            return false
        }
        return true
    }

    private func take(channelData channel: UInt16, _ payload: ByteBuffer?) {
        guard let payload else { return }
        receiver.receive(RelayedData(source: .channel(channel), payload: payload))
    }

    private func take(_ message: ByteBuffer, _ context: ChannelHandlerContext) {
        do throws(STUNDecodeError) {
            switch try session.receive(message.readableBytesSpan) {
            case .response(let transactionID, let response):
                finish(transactionID)?.succeed(response)
            case .invalidResponse(let transactionID, let error):
                refuse(transactionID, error)
            case .data(let range, let peer):
                let payload = message.getSlice(at: message.readerIndex + range.lowerBound, length: range.count)
                receiver.receive(RelayedData(source: .peer(peer), payload: payload ?? ByteBuffer()))
            case .ignored:
                break
            }
        } catch {
            guard !isDatagram else { return }
            errorCaught(context: context, error: TURNClientError.malformed(error))
        }
    }

    /// > If the request was sent over an unreliable transport, the response MUST be discarded, as if it had never been
    /// > received. [...] If all the responses received are discarded, then instead of signaling a timeout after ending
    /// > the transaction, the layer MUST signal that the integrity protection was violated.
    /// RFC 8489, section 9.2.5. Anybody can send a datagram; on a stream the transaction ends at once.
    private func refuse(_ transactionID: TransactionID, _ error: TURNClientError) {
        if isDatagram {
            waiting[transactionID]?.problem = error
        } else {
            fail(transactionID, error)
        }
    }

    func fail(_ transactionID: TransactionID, _ error: TURNClientError) {
        session.forget(transactionID)
        finish(transactionID)?.fail(error)
    }

    private func finish(_ transactionID: TransactionID) -> EventLoopPromise<TURNResponse>? {
        let entry = waiting.removeValue(forKey: transactionID)
        entry?.timeout.cancel()
        return entry?.promise
    }
}
