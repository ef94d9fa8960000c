// SPDX-License-Identifier: Apache-2.0

extension Hub {
    /// Passes a message on to one member of the sender's room.
    func relay(_ message: RelayedMessage, from member: Member) throws(SignalError) -> [HubAction] {
        guard let room = member.room else { throw .notJoined }
        guard message.target != member.peerID, let target = rooms[room]?.connection(of: message.target) else {
            throw .unknownPeer
        }
        return [.send(ServerMessage.relayed(message, from: member.peerID).text, to: target)]
    }

    /// Gives a member new credentials.
    func renew(_ id: ConnectionID, _ member: Member) throws(SignalError) -> [HubAction] {
        guard let room = member.room else { throw .notJoined }
        return [.send(ServerMessage.iceServers(iceServers(for: member.peerID, in: room)).text, to: id)]
    }
}
