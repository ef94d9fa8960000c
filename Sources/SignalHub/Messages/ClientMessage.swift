// SPDX-License-Identifier: Apache-2.0

/// A message for another member: the hub reads where it goes, not what it says.
struct RelayedMessage: Hashable {
    enum Kind: String {
        case offer
        case answer
        case iceCandidate = "ice-candidate"

        /// The field that carries the payload.
        var field: String { self == .iceCandidate ? "candidate" : "sdp" }
    }

    let kind: Kind
    let target: String
    /// The JSON value as the sender wrote it.
    let payload: String
}

/// What a member asks the hub for. Fields that are not known are ignored.
enum ClientMessage: Hashable {
    case join(room: String)
    case relay(RelayedMessage)
    case leave
    case iceServers

    init(parsing text: String) throws(SignalError) {
        let object = try JSONObject(parsing: Array(text.utf8))
        guard let type = object.string("type") else { throw .wrongField("type", "a string") }
        switch type {
        case "join":
            guard let room = object.string("room") else { throw .wrongField("room", "a string") }
            self = .join(room: room)
        case "leave":
            self = .leave
        case "ice-servers":
            self = .iceServers
        default:
            guard let kind = RelayedMessage.Kind(rawValue: type) else { throw .unknownType }
            self = .relay(try RelayedMessage(kind, object))
        }
    }
}

extension RelayedMessage {
    fileprivate init(_ kind: Kind, _ object: JSONObject) throws(SignalError) {
        guard let target = object.string("target") else { throw .wrongField("target", "a string") }
        guard let value = object[kind.field] else { throw Self.wrongPayload(of: kind) }
        let isEndOfCandidates = kind == .iceCandidate && value.isNull
        if !isEndOfCandidates {
            guard value.isObject else { throw Self.wrongPayload(of: kind) }
            let payload = try JSONObject(parsing: value.bytes)
            if kind != .iceCandidate, payload.string("type") == nil || payload.string("sdp") == nil {
                throw Self.wrongPayload(of: kind)
            }
        }
        self.init(kind: kind, target: target, payload: value.text)
    }

    private static func wrongPayload(of kind: Kind) -> SignalError {
        kind == .iceCandidate
            ? .wrongField("candidate", "an object or null")
            : .wrongField("sdp", "an object with the strings \"type\" and \"sdp\"")
    }
}
