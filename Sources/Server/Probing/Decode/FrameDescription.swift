// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// A frame, taken apart for people and for JSON.
struct FrameDescription: Encodable, Equatable {
    struct Attribute: Encodable, Equatable {
        let name: String
        let length: Int
        let value: String
        /// `ok` or `bad` of MACs and fingerprints, `not checked` without a key, `ignored` behind a MAC.
        var check: String?
    }

    let origin: String
    let time: Double?
    /// `message`, `channelData` or `unreadable`.
    let kind: String
    var method: String?
    var messageClass: String?
    var transactionID: String?
    var attributes: [Attribute]?
    var channel: String?
    var length: Int
    /// Of ChannelData: what it carries. Of what is unreadable: why.
    var content: String?

    init(_ frame: SeenFrame, integrity: IntegrityCheck?) {
        (origin, time, length) = (frame.origin, frame.time, frame.bytes.count)
        if let (channel, payload) = Self.channelData(frame) {
            kind = "channelData"
            self.channel = AttributeText.channel(channel)
            length = payload.count
            content = PayloadText.kind(of: payload)
            return
        }
        do throws(STUNDecodeError) {
            let message = try STUNMessageView(frame.bytes.rawSpan)
            kind = "message"
            method = message.type.method.name
            messageClass = message.type.messageClass.name
            transactionID = AttributeText.hexadecimal(message.bytes(in: 8..<20).array)
            attributes = Self.attributes(of: message, integrity)
        } catch {
            kind = "unreadable"
            content = "no STUN message: \(error.code) at byte \(error.offset)"
        }
    }

    private static func channelData(_ frame: SeenFrame) -> (ChannelNumber, ArraySlice<UInt8>)? {
        var reader = ByteReader(frame.bytes[...])
        guard !frame.isUnreadable, let number: UInt16 = reader.integer(), 0x4000...0x7FFF ~= number,
            let length: UInt16 = reader.integer(), let payload = reader.take(Int(length))
        else { return nil }
        return (ChannelNumber(rawValue: number), payload)
    }

    /// All attributes, also those that the codec hides because they stand behind a MAC.
    private static func attributes(of message: STUNMessageView, _ integrity: IntegrityCheck?) -> [Attribute] {
        var visible: Set<Int> = []
        var iterator = message.attributes
        while let attribute = iterator.next() { visible.insert(attribute.range.lowerBound) }
        var described: [Attribute] = []
        var reader = ByteReader(message.bytes.array[STUNMessageView.headerLength...])
        while let number: UInt16 = reader.integer(), let length: UInt16 = reader.integer() {
            let type = AttributeType(rawValue: number)
            let start = reader.bytes.startIndex
            guard let value = reader.take(Int(length)) else { break }
            _ = reader.take(ChannelData.padding(afterPayload: Int(length)))
            let text = AttributeText(value: Array(value), transactionID: message.transactionID).text(type)
            let check = visible.contains(start) ? check(type, message, integrity) : "ignored"
            described.append(Attribute(name: type.name, length: Int(length), value: text, check: check))
        }
        return described
    }

    private static func check(
        _ type: AttributeType,
        _ message: STUNMessageView,
        _ integrity: IntegrityCheck?
    ) -> String? {
        switch type {
        case .fingerprint: message.hasValidFingerprint == true ? "ok" : "bad"
        case .messageIntegrity, .messageIntegritySHA256:
            integrity.map { $0.isRight(message, type) ? "ok" : "bad" } ?? "not checked"
        default: nil
        }
    }
}
