// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import Server

/// The input is what a peer sends: a message, ChannelData, or neither.
enum CodecTarget {
    static func run(_ input: [UInt8]) {
        let seen = (0..<4).map { offset in withBytes(input, at: offset) { PacketSummary($0) } }
        require(seen.allSatisfy { $0 == seen[0] }, "what is read depends on the alignment")
        checkFraming(input)
        if let message = try? STUNMessageView(input.rawSpan) {
            checkAttributes(of: message)
            checkWriter(message)
        }
        describe(input)
    }

    /// A copy of exactly these bytes, so that AddressSanitizer sees who reads past them.
    private static func withBytes<Result>(_ input: [UInt8], at offset: Int, _ body: (RawSpan) -> Result) -> Result {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: offset + input.count, alignment: 16)
        defer { copy.deallocate() }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: copy[offset...])
        bytes.copyBytes(from: input)
        return body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(bytes)))
    }

    private static func checkFraming(_ input: [UInt8]) {
        if case .channelData(_, let length) = DatagramFraming.frame(of: input.rawSpan) {
            require(ChannelData.headerLength + length <= input.count, "a payload past the end of a datagram")
        }
        let frameLength = ChannelData.streamLength(ofPayload: input.count)
        let sum = ChannelData.headerLength + input.count + ChannelData.padding(afterPayload: input.count)
        require(frameLength == sum, "two lengths of one frame")
    }

    /// Every value that can be read is written as something that is read as the same value.
    private static func checkAttributes(of message: STUNMessageView) {
        var attributes = message.attributes
        var count = 0
        while let attribute = attributes.next() {
            let value = message.bytes(in: attribute.range).array
            // Any bytes may be the value of any attribute.
            for type in attributeValues where count < 16 || type.attributeType == attribute.type {
                checkRoundTrip(type, value, message.transactionID)
            }
            count += 1
        }
    }

    private static func checkRoundTrip<Value: STUNAttributeValue>(
        _ type: Value.Type,
        _ bytes: [UInt8],
        _ transactionID: TransactionID
    ) {
        guard let value = try? Value(decoding: bytes.rawSpan, transactionID: transactionID) else { return }
        var writer = STUNMessageWriter(type: MessageType(.binding, .request), transactionID: transactionID)
        writer.append(value)
        guard !writer.isTooLong else { return }
        let again = try? STUNMessageView(writer.bytes.rawSpan).value(type)
        require(again == value, "\(value) is read as \(String(describing: again))")
    }

    /// A message that is made of the attributes of another has them all.
    private static func checkWriter(_ message: STUNMessageView) {
        var writer = STUNMessageWriter(type: message.type, transactionID: message.transactionID)
        var types: [AttributeType] = []
        var attributes = message.attributes
        while let attribute = attributes.next() {
            writer.append(attribute.type, bytes: message.bytes(in: attribute.range).array)
            types.append(attribute.type)
        }
        require(!writer.isTooLong, "a message that was short enough is too long")
        let summary = PacketSummary(writer.bytes.rawSpan)
        require(summary.attributes.map(\.type) == types, "attributes were lost on the way")
        require(writer.bytes.count <= message.bytes.byteCount, "a message grew")
        writer.appendFingerprint()
        guard !writer.isTooLong, !types.contains(.fingerprint) else { return }
        require((try? STUNMessageView(writer.bytes.rawSpan).hasValidFingerprint) == true, "a wrong FINGERPRINT")
    }

    /// What `probe decode` says of it.
    private static func describe(_ input: [UInt8]) {
        let check = try? IntegrityCheck(username: "alice", realm: "fuzz.test", password: "wonder")
        let frame = FrameDescription(SeenFrame(origin: "fuzz", bytes: input), integrity: check)
        let text = DecodeText(style: TerminalText(isColored: false)).text([frame])
        require(!text.isEmpty && !text.unicodeScalars.contains { $0.value == 0x1B }, "text that moves the cursor")
    }
}
