// SPDX-License-Identifier: Apache-2.0

/// The members of a room, in the order they came. Rooms are small: searching a list is enough.
struct Room: Sendable {
    struct Occupant: Hashable, Sendable {
        let peerID: String
        let connection: ConnectionID
    }

    /// As its first member spelled it: names that are canonically equivalent Unicode mean the same room.
    let name: String
    private(set) var occupants: [Occupant] = []

    init(name: String) {
        self.name = name
    }

    mutating func add(_ occupant: Occupant) {
        occupants.append(occupant)
    }

    mutating func remove(_ connection: ConnectionID) {
        occupants.removeAll { $0.connection == connection }
    }

    func connection(of peerID: String) -> ConnectionID? {
        occupants.first { $0.peerID == peerID }?.connection
    }

    /// One message for everybody who is in the room now.
    func broadcast(_ message: ServerMessage) -> [HubAction] {
        let text = message.text
        return occupants.map { .send(text, to: $0.connection) }
    }

    /// 1 to 64 code points, none of which is a control character or breaks a line.
    static func isValid(name: String) -> Bool {
        let scalars = name.unicodeScalars
        return (1...64).contains(scalars.count)
            && scalars.allSatisfy {
                switch $0.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
    }
}
