// SPDX-License-Identifier: Apache-2.0

/// What the hub tells a member.
enum ServerMessage {
    case joined(peerID: String, peers: [String], offer: ICEServerOffer)
    case peerJoined(String)
    case peerLeft(String)
    case relayed(RelayedMessage, from: String)
    case iceServers(ICEServerOffer)
    case error(SignalError)

    /// As JSON.
    var text: String {
        switch self {
        case .joined(let peerID, let peers, let offer):
            let membership = [
                ("peerId", JSONText.string(peerID)), ("peers", JSONText.array(peers.map(JSONText.string))),
            ]
            return Self.text("joined", membership + offer.fields)
        case .peerJoined(let peerID):
            return Self.text("peer-joined", [("peerId", JSONText.string(peerID))])
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
