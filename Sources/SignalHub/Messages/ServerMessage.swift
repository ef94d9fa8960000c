// SPDX-License-Identifier: Apache-2.0

/// What the hub tells a member.
enum ServerMessage {
    /// - Parameters:
    ///   - room: as it was before the member was in it.
    ///   - seat: for a member that asked for one.
    case joined(peerID: String, room: Room, seat: (Seat, SignalLimits)?, offer: ICEServerOffer)
    case resumed(Seat, limits: SignalLimits, offer: ICEServerOffer)
    case peerJoined(Room.Occupant)
    case peerLeft(String)
    case peerState(Room.Occupant)
    case peerCongestion(CongestionNote)
    /// The congestion of this member is over.
    case peerRelief(String)
    case room(Room)
    case chat(ChatMessage, at: Duration)
    case chatHistory([ChatMessage], at: Duration)
    case waiting
    case knock(Room.Occupant)
    case knockEnded(String)
    case relayed(RelayedMessage, from: String)
    case iceServers(ICEServerOffer)
    case error(SignalError)

    /// As JSON.
    var text: String {
        switch self {
        case .joined(let peerID, let room, let seat, let offer):
            let membership = [
                ("peerId", JSONText.string(peerID)),
                ("peers", JSONText.array(room.occupants.map { JSONText.string($0.peerID) })),
                ("members", JSONText.array(room.occupants.map { JSONText.object($0.fields) })),
            ]
            let resumption = seat.map { $0.resumption(limits: $1) } ?? []
            let door = room.fields(host: room.host?.peerID ?? peerID)
            return Self.text("joined", membership + door + resumption + offer.fields)
        case .resumed(let seat, let limits, let offer):
            let received = [("received", String(seat.received))]
            return Self.text("resumed", received + seat.resumption(limits: limits) + offer.fields)
        case .peerJoined(let occupant):
            return Self.text("peer-joined", occupant.fields)
        case .peerState(let occupant):
            return Self.text("peer-state", occupant.fields)
        case .peerCongestion(let note):
            return Self.text("peer-congestion", note.fields)
        case .peerRelief(let peerID):
            return Self.text("peer-congestion", [("peerId", JSONText.string(peerID)), ("congested", "false")])
        case .room(let room):
            return Self.text("room", room.fields(host: room.host?.peerID ?? ""))
        case .chat(let message, let now):
            return Self.text("chat", message.fields(at: now))
        case .chatHistory(let messages, let now):
            let list = messages.map { JSONText.object($0.fields(at: now)) }
            return Self.text("chat-history", [("messages", JSONText.array(list))])
        case .waiting:
            return Self.text("waiting", [])
        case .knock(let occupant):
            return Self.text("knock", occupant.fields)
        case .knockEnded(let peerID):
            return Self.text("knock-ended", [("peerId", JSONText.string(peerID))])
        case .peerLeft(let peerID):
            return Self.text("peer-left", [("peerId", JSONText.string(peerID))])
        case .relayed(let message, let sender):
            let fields = [("from", JSONText.string(sender)), (message.kind.field, message.payload)]
            return Self.text(message.kind.rawValue, fields)
        case .iceServers(let offer):
            return Self.text("ice-servers", offer.fields)
        case .error(let error):
            let fields = [
                ("code", JSONText.string(error.code.rawValue)), ("message", JSONText.string(error.message)),
            ]
            return Self.text("error", fields)
        }
    }

    private static func text(_ type: String, _ fields: [(String, String)]) -> String {
        JSONText.object([("type", JSONText.string(type))] + fields)
    }
}

extension Seat {
    fileprivate func resumption(limits: SignalLimits) -> [(String, String)] {
        [("resumeToken", token.json), ("hold", String(limits.seatHold.components.seconds))]
    }
}

extension Room.Occupant {
    fileprivate var fields: [(String, String)] {
        var fields = [("peerId", JSONText.string(peerID))]
        if let name = state.name, !name.isEmpty { fields.append(("name", JSONText.string(name))) }
        let marks = [
            ("audio", state.audio), ("video", state.video), ("hand", state.hand), ("screen", state.screen),
        ]
        for (name, value) in marks { if let value { fields.append((name, String(value))) } }
        if isAway { fields.append(("away", "true")) }
        return fields
    }
}

extension CongestionNote {
    fileprivate var fields: [(String, String)] {
        [
            ("peerId", JSONText.string(peerID)), ("congested", "true"),
            ("queueMs", String(Int(queueDelay / .milliseconds(1)))), ("dropped", String(dropped)),
        ]
    }
}

extension Room {
    fileprivate func fields(host: String) -> [(String, String)] {
        [
            ("host", JSONText.string(host)),
            ("locked", String(door.isLocked)),
            ("hasPin", String(door.pin != nil)),
        ]
    }
}

extension ChatMessage {
    /// The age rather than a time of day: the clocks of members differ, and the hub has none.
    fileprivate func fields(at now: Duration) -> [(String, String)] {
        var fields = [("id", String(number)), ("from", JSONText.string(peerID))]
        if let name, !name.isEmpty { fields.append(("name", JSONText.string(name))) }
        return fields + [("text", JSONText.string(text)), ("age", String(max(.zero, now - sent).components.seconds))]
    }
}

extension ICEServerOffer {
    fileprivate var fields: [(String, String)] {
        [
            ("iceServers", JSONText.array(servers.map(\.json))),
            ("iceTransportPolicy", JSONText.string(transportPolicy)),
            ("lifetime", String(lifetime)),
        ]
    }
}

extension ICEServer {
    fileprivate var json: String {
        var fields = [("urls", JSONText.array(urls.map(JSONText.string)))]
        if let username { fields.append(("username", JSONText.string(username))) }
        if let credential { fields.append(("credential", JSONText.string(credential))) }
        return JSONText.object(fields)
    }
}
