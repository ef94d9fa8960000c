// SPDX-License-Identifier: Apache-2.0

@testable import SignalHub

/// The input is what is looked at, and then what a member sends: text, frames of WebSocket, or what many members do.
enum SignalingTarget {
    static func run(_ input: [UInt8]) {
        var decisions = Decisions(input)
        switch decisions.byte() % 3 {
        case 0: checkText(decisions.remainder())
        case 1: FuzzMember.run(&decisions)
        default: HubWorld.run(&decisions)
        }
    }

    private static func checkText(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        checkScanner(bytes)
        checkString(text)
        guard let message = try? ClientMessage(parsing: text) else { return }
        switch message {
        case .relay(let relayed): checkRelayed(relayed)
        case .chat(let text):
            let said = ChatMessage(number: 1, peerID: "peer", name: text, text: text, sent: .zero)
            checkTold(ServerMessage.chat(said, at: .zero), ["text": text, "name": text])
        case .state(let state): checkState(state)
        case .join(let request): checkState(request.state)
        default: break
        }
    }

    private static func checkState(_ state: MemberState) {
        let occupant = Room.Occupant(peerID: "peer", connection: ConnectionID(rawValue: 1), state: state)
        checkTold(ServerMessage.peerState(occupant), ["name": state.name ?? ""])
    }

    /// What members wrote is told as they wrote it; what is empty is not told.
    private static func checkTold(_ message: ServerMessage, _ fields: [String: String]) {
        let said = message.text
        let object = try? JSONObject(parsing: Array(said.utf8))
        require(object != nil, "no message: \(said)")
        for (field, text) in fields {
            let told = object?.string(field) ?? ""
            require(told.utf8.elementsEqual(text.utf8), "\(field) was changed: \(said)")
        }
    }

    /// What is passed on is JSON again, with the payload as it was.
    private static func checkRelayed(_ relayed: RelayedMessage) {
        let said = ServerMessage.relayed(relayed, from: "peer").text
        let object = try? JSONObject(parsing: Array(said.utf8))
        require(object?[relayed.kind.field]?.text == relayed.payload, "a payload that was changed: \(said)")
        require(object?.string("from") == "peer", "a sender that was changed: \(said)")
    }

    private static func checkScanner(_ bytes: [UInt8]) {
        var scanner = JSONScanner(bytes)
        scanner.skipWhitespace()
        let start = scanner.position
        guard let range = try? scanner.takeValue(depth: 1) else {
            return require((try? JSONObject(parsing: bytes)) == nil, "an object that is no value")
        }
        require(range.lowerBound == start && range.upperBound == scanner.position, "a value that is elsewhere")
        require(range.upperBound <= bytes.count && !range.isEmpty, "a value past the end")
        // A value alone is the same value.
        var again = JSONScanner(Array(bytes[range]))
        require((try? again.takeValue(depth: 1)) == 0..<range.count, "a value that depends on what is around it")
    }

    /// Any text can be told, and is told right.
    private static func checkString(_ text: String) {
        let literal = Array(JSONText.string(text).utf8)
        var scanner = JSONScanner(literal)
        require((try? scanner.takeValue(depth: 1)) == literal.indices, "text that is no string: \(text)")
        let told = JSONString.decode(literal[...])
        require(told.map { $0.utf8.elementsEqual(text.utf8) } == true, "text that was changed: \(text)")
        let log = LogText.escaped(text)
        require(!log.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "a log line that breaks")
    }
}
