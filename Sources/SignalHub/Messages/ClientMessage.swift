// SPDX-License-Identifier: Apache-2.0

/// A message for another member: the hub reads where it goes, not what it says.
struct RelayedMessage: Hashable {
    enum Kind: String {
        case offer
        case answer
        case iceCandidate = "ice-candidate"
        case view

        /// The field that carries the payload.
        var field: String {
            switch self {
            case .offer, .answer: "sdp"
            case .iceCandidate: "candidate"
            case .view: "view"
            }
        }
    }

    let kind: Kind
    let target: String
    /// The JSON value as the sender wrote it.
    let payload: String
}

/// How somebody wants into a room.
struct JoinRequest: Hashable {
    let room: String
    var state = MemberState()
    var pin: String?
    /// Rather waits to be let in than give a PIN.
    var knocks = false
    /// Would come back to its seat by another connection.
    var resumes = false
    /// Understands what the others are told of a member whose media waits.
    var hearsOfCongestion = false
}

/// How somebody wants back into the seat of a connection that was lost.
struct ResumeRequest: Hashable {
    let peerID: String
    let token: String
    /// Messages that it has got in that seat.
    let received: Int
}

/// What is to be different about a room's door; nil is as it was.
struct DoorChange: Hashable {
    enum PIN: Hashable {
        case removed
        case text(String)
    }

    var isLocked: Bool?
    var pin: PIN?
}

/// What a member asks the hub for. Fields that are not known are ignored.
enum ClientMessage: Hashable {
    case join(JoinRequest)
    case resume(ResumeRequest)
    case relay(RelayedMessage)
    case leave
    case iceServers
    case state(MemberState)
    case chat(String)
    case room(DoorChange)
    case admit(String)
    case decline(String)

    /// The `type` of every message that there is.
    static let types = [
        "join", "resume", "offer", "answer", "ice-candidate", "leave", "ice-servers", "state", "chat", "room", "admit",
        "decline", "view",
    ]

    var type: String {
        switch self {
        case .join: "join"
        case .resume: "resume"
        case .relay(let message): message.kind.rawValue
        case .leave: "leave"
        case .iceServers: "ice-servers"
        case .state: "state"
        case .chat: "chat"
        case .room: "room"
        case .admit: "admit"
        case .decline: "decline"
        }
    }

    init(parsing text: String) throws(SignalError) {
        let object = try JSONObject(parsing: Array(text.utf8))
        guard let type = object.string("type") else { throw .wrongField("type", "a string") }
        switch type {
        case "join": self = .join(try JoinRequest(object))
        case "resume": self = .resume(try ResumeRequest(object))
        case "leave": self = .leave
        case "ice-servers": self = .iceServers
        case "state": self = .state(try MemberState(object))
        case "chat": self = .chat(try object.required("text"))
        case "room": self = .room(try DoorChange(object))
        case "admit": self = .admit(try object.required("target"))
        case "decline": self = .decline(try object.required("target"))
        default:
            guard let kind = RelayedMessage.Kind(rawValue: type) else { throw .unknownType }
            self = .relay(try RelayedMessage(kind, object))
        }
    }
}

extension JSONObject {
    fileprivate func required(_ name: StaticString) throws(SignalError) -> String {
        guard let text = string(name.description) else { throw .wrongField(name, "a string") }
        return text
    }

    fileprivate func optionalString(_ name: StaticString) throws(SignalError) -> String? {
        self[name.description] == nil ? nil : try required(name)
    }

    fileprivate func optionalBool(_ name: StaticString) throws(SignalError) -> Bool? {
        guard let value = self[name.description] else { return nil }
        guard value.isTrue || value.isFalse else { throw .wrongField(name, "true or false") }
        return value.isTrue
    }
}

extension MemberState {
    fileprivate init(_ object: JSONObject) throws(SignalError) {
        let name = try object.optionalString("name")
        if let name, !PlainText.isLine(name, of: 0...PlainText.nameLimit) { throw .invalidName }
        self.init(
            name: name,
            audio: try object.optionalBool("audio"),
            video: try object.optionalBool("video"),
            hand: try object.optionalBool("hand"),
            screen: try object.optionalBool("screen")
        )
    }
}

extension JoinRequest {
    fileprivate init(_ object: JSONObject) throws(SignalError) {
        self.init(
            room: try object.required("room"),
            state: try MemberState(object),
            pin: try object.optionalString("pin"),
            knocks: try object.optionalBool("knock") ?? false,
            resumes: try object.optionalBool("resume") ?? false,
            hearsOfCongestion: try object.optionalBool("congestion") ?? false
        )
    }
}

extension ResumeRequest {
    /// What JSON's numbers are exact for in browsers.
    private static let counts = 0...(1 << 53 - 1)

    fileprivate init(_ object: JSONObject) throws(SignalError) {
        guard let received = object["received"].flatMap({ Int($0.text) }), Self.counts.contains(received) else {
            throw .wrongField("received", "a count")
        }
        self.init(
            peerID: try object.required("peerId"),
            token: try object.required("resumeToken"),
            received: received
        )
    }
}

extension DoorChange {
    fileprivate init(_ object: JSONObject) throws(SignalError) {
        self.init(isLocked: try object.optionalBool("locked"))
        guard let value = object["pin"] else { return }
        if value.isNull {
            pin = .removed
        } else {
            guard let text = object.string("pin") else { throw .wrongField("pin", "a string or null") }
            guard PlainText.isLine(text, of: PlainText.pinLimits) else { throw .invalidPIN }
            pin = .text(text)
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
            guard Self.isPayload(try JSONObject(parsing: value.bytes), of: kind) else {
                throw Self.wrongPayload(of: kind)
            }
        }
        self.init(kind: kind, target: target, payload: value.text)
    }

    private static func isPayload(_ object: JSONObject, of kind: Kind) -> Bool {
        switch kind {
        case .offer, .answer: object.string("type") != nil && object.string("sdp") != nil
        case .iceCandidate: true
        case .view: ["camera", "screen"].allSatisfy { object[$0].map(isHeight) ?? true }
        }
    }

    /// In pixels.
    private static func isHeight(_ value: JSONObject.Value) -> Bool {
        Int(value.text).map { (0...16_384).contains($0) } == true
    }

    private static func wrongPayload(of kind: Kind) -> SignalError {
        switch kind {
        case .offer, .answer: .wrongField("sdp", "an object with the strings \"type\" and \"sdp\"")
        case .iceCandidate: .wrongField("candidate", "an object or null")
        case .view: .wrongField("view", "an object with the heights \"camera\" and \"screen\"")
        }
    }
}
