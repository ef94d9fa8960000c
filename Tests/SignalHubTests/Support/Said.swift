// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SignalHub

/// What a message of the server says, read by another JSON implementation than the one that wrote it.
struct Said: Decodable, Equatable {
    struct Server: Decodable, Equatable {
        var urls: [String]
        var username: String?
        var credential: String?
    }

    struct Member: Decodable, Equatable {
        var peerId: String
        var name: String?
        var audio: Bool?
        var video: Bool?
        var hand: Bool?
        var screen: Bool?
        var away: Bool?
    }

    struct Chat: Decodable, Equatable {
        var id: Int
        var from: String
        var name: String?
        var text: String
        var age: Int
    }

    var type: String
    var peerId: String?
    var peers: [String]?
    var from: String?
    var code: String?
    var message: String?
    var iceServers: [Server]?
    var iceTransportPolicy: String?
    var lifetime: Int?
    var members: [Member]?
    var name: String?
    var audio: Bool?
    var video: Bool?
    var hand: Bool?
    var screen: Bool?
    var host: String?
    var locked: Bool?
    var hasPin: Bool?
    var id: Int?
    var text: String?
    var age: Int?
    var messages: [Chat]?
    var away: Bool?
    var resumeToken: String?
    var hold: Int?
    var received: Int?
    var congested: Bool?
    var queueMs: Int?
    var dropped: Int?

    init(_ text: String) throws {
        self = try JSONDecoder().decode(Said.self, from: Data(text.utf8))
    }
}

extension [HubAction] {
    /// What one connection is told, in order.
    func said(to id: ConnectionID) throws -> [Said] {
        try compactMap { action in
            guard case .send(let text, id) = action else { return nil }
            return try Said(text)
        }
    }

    /// The only error in an answer to one connection, and to nobody else.
    func errorCode(for id: ConnectionID) throws -> String? {
        let said = try said(to: id)
        guard count == 1, said.count == 1, said[0].type == "error" else { return nil }
        #expect(said[0].message?.hasSuffix(".") == true)
        return said[0].code
    }

    var closes: [ConnectionID: UInt16] {
        reduce(into: [:]) { closes, action in
            guard case .close(let id, let reason) = action else { return }
            closes[id] = reason.code
        }
    }

    var pinged: Set<ConnectionID> {
        reduce(into: []) { pinged, action in
            if case .ping(let id, _) = action { pinged.insert(id) }
        }
    }
}
