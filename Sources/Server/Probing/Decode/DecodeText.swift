// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Frames as text, one message a block and ChannelData in one line.
struct DecodeText {
    let style: TerminalText
    /// Names are as long as most; longer ones push their value.
    private static let nameWidth = 24

    /// All frames, with an empty line around those of several lines.
    func text(_ frames: [FrameDescription]) -> String {
        var text = ""
        var wasLine = true
        for frame in frames {
            let isLine = frame.attributes?.isEmpty ?? true
            if !text.isEmpty { text += wasLine && isLine ? "\n" : "\n\n" }
            text += block(frame)
            wasLine = isLine
        }
        return text
    }

    func block(_ frame: FrameDescription) -> String {
        ([head(frame)] + (frame.attributes ?? []).map(line)).joined(separator: "\n")
    }

    private func head(_ frame: FrameDescription) -> String {
        var parts: [String]
        if let method = frame.method, let messageClass = frame.messageClass {
            parts = [style.title("\(method) \(messageClass)"), "\(frame.length) bytes", frame.transactionID ?? ""]
        } else if let channel = frame.channel {
            parts = [style.title("ChannelData \(channel)"), "\(frame.length) bytes", frame.content ?? ""]
        } else {
            parts = [style.bad("unreadable"), "\(frame.length) bytes", frame.content ?? ""]
        }
        parts.append(style.faint(frame.origin))
        if let time = frame.time { parts.append(style.faint(Self.timeOfDay(time))) }
        return parts.joined(separator: "  ")
    }

    private func line(_ attribute: FrameDescription.Attribute) -> String {
        let name = attribute.name.padded(to: Self.nameWidth)
        let check = attribute.check.map { check in
            "  " + (check == "ok" ? style.good(check) : check == "bad" ? style.bad(check) : style.faint(check))
        }
        return "  \(name) \(attribute.value)\(check ?? "")"
    }

    private static func timeOfDay(_ time: Double) -> String {
        guard time > 0, time < 1e11 else { return "" }
        return Date(timeIntervalSince1970: time).formatted(.iso8601.time(includingFractionalSeconds: true))
    }
}
