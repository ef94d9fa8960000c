// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNClient

/// One client of the load, on its event loop: sends payloads, takes those that come back, and counts.
final class LoadFlow: RelayedDataReceiver {
    /// Frames that are written at once.
    private static let largestBatch = 64

    let number: UInt16
    private(set) var statistics = FlowStatistics()
    private let client: TURNClientHandler
    private let isDatagram: Bool
    private let size: Int
    private let filler: ByteBuffer
    private let allocator: ByteBufferAllocator
    private var framer: PayloadFramer
    private var pacer: LoadPacer?

    init(
        number: UInt16,
        size: Int,
        client: TURNClientHandler,
        carrier: PayloadCarrier,
        isDatagram: Bool,
        allocator: ByteBufferAllocator
    ) {
        self.number = number
        self.size = size
        self.client = client
        self.isDatagram = isDatagram
        self.allocator = allocator
        filler = LoadPayload.filler(size: size)
        framer = client.framer(carrier)
        client.receiver = self
    }

    func start(_ pacer: LoadPacer) {
        self.pacer = pacer
    }

    func stop() {
        pacer = nil
    }

    // MARK: Sending

    /// Sends what may be sent now. What the connection does not take is left out: the time of a rate's packets is over,
    /// and a window stays open.
    func send(at now: UInt64) {
        let (sent, next) = (statistics.totals.sent, statistics.nextExpected)
        guard let (count, skipped) = pacer?.allowance(at: now, sent: sent, nextExpected: next) else { return }
        var left = count
        while left > 0, client.isWritable {
            let batch = min(left, Self.largestBatch)
            write(batch)
            left -= batch
        }
        if left < count { client.flush() }
        if pacer?.isTimed == true { statistics.totals.unsent += UInt64(skipped + left) }
    }

    /// All frames of a batch are in one buffer: one allocation, and on a stream one write.
    private func write(_ count: Int) {
        var batch = allocator.buffer(capacity: count * (size + PayloadFramer.maximumOverhead))
        for _ in 0..<count {
            let payload = LoadPayload(
                flow: number,
                sequence: statistics.totals.sent,
                sentAt: NIODeadline.now().uptimeNanoseconds
            )
            framer.write(size, into: &batch) { payload.write(to: &$0, filler: filler) }
            statistics.totals.sent += 1
        }
        guard isDatagram else { return client.write(batch) }
        let length = batch.readableBytes / count
        while let frame = batch.readSlice(length: length), length > 0 {
            client.write(frame)
        }
    }

    // MARK: Receiving

    func receive(_ data: RelayedData) {
        guard let payload = LoadPayload(data.payload, filler: filler), payload.sequence < statistics.totals.sent else {
            statistics.totals.corrupted += 1
            return
        }
        guard payload.flow == number else {
            statistics.totals.misdelivered += 1
            return
        }
        statistics.arrived(payload, at: NIODeadline.now().uptimeNanoseconds)
    }

    /// What came back makes room in a window.
    func receiveCompleted() {
        send(at: NIODeadline.now().uptimeNanoseconds)
    }
}

@available(*, unavailable)
extension LoadFlow: Sendable {}
