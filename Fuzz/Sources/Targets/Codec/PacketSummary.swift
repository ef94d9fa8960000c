// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// All that the codec says of a packet, to be compared.
struct PacketSummary: Equatable {
    var error: STUNDecodeError?
    var type: MessageType?
    var transactionID: TransactionID?
    var attributes: [STUNAttribute] = []
    var values: [[UInt8]] = []
    var coverages: [IntegrityCoverage?] = []
    var hasValidFingerprint: Bool?
    let datagram: DatagramFrame
    let frame: StreamFrame

    init(_ bytes: RawSpan) {
        datagram = DatagramFraming.frame(of: bytes)
        frame = StreamFraming.nextFrame(in: bytes, maximumLength: .max)
        do throws(STUNDecodeError) {
            try read(STUNMessageView(bytes))
        } catch {
            self.error = error
            require(error.offset <= bytes.byteCount, "an error behind the end")
        }
    }

    private mutating func read(_ message: STUNMessageView) {
        type = message.type
        transactionID = message.transactionID
        hasValidFingerprint = message.hasValidFingerprint
        coverages = [.messageIntegrity, .messageIntegritySHA256].map { message.integrityCoverage($0) }
        var attributes = message.attributes
        while let attribute = attributes.next() {
            require(attribute.end <= message.bytes.byteCount, "an attribute past the end of its message")
            self.attributes.append(attribute)
            values.append(message.bytes(in: attribute.range).array)
        }
        for case let coverage? in coverages {
            require(coverage.body.upperBound <= coverage.mac.lowerBound, "a MAC that covers itself")
            require(coverage.mac.upperBound <= message.bytes.byteCount, "a MAC past the end of its message")
        }
        let unknown = message.unknownComprehensionRequired { _ in false }
        require(Set(unknown).count == unknown.count && unknown.count <= 32, "unknown types more than once")
    }
}
