// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What happens to a relay and to the model of one. Clients are numbers, whether they are connected or not, so that a
/// sequence still means something when events are left out of it.
enum ModelEvent {
    case connect(Int)
    case disconnect(Int)
    case request(Int, ModelRequest)
    /// The client's last request, byte for byte.
    case again(Int)
    case send(Int, to: ModelPeer)
    case channelData(Int, UInt16)
    /// A datagram of a peer for the relayed transport address that a client has or had last.
    case datagram(from: ModelPeer, to: Int)
    /// Seconds.
    case wait(Int)
}

struct ModelRequest {
    enum Method {
        case allocate(transport: UInt8?, lifetime: UInt32?, ModelPort)
        case refresh(lifetime: UInt32?)
        case createPermission([ModelPeer])
        case channelBind(UInt16, ModelPeer)
    }

    enum User { case alice, bob, impostor }

    let user: User
    var method: Method
}

/// The port that an Allocate asks for.
enum ModelPort {
    case any, even, evenWithNextReserved
    /// The one that was reserved for the token that a client got last.
    case reserved(Int)
    case token(UInt64)
}

enum ModelPeer {
    /// One of ``RelayModel/outside``.
    case outside(Int)
    /// The relayed transport address that a client has or had last, in its external or local form.
    case relayed(Int, isLocal: Bool)
    case address(TransportAddress)
}

/// What came of an event.
enum ModelOutcome: Hashable {
    case nothing
    case success(lifetime: Int?)
    case allocated(lifetime: Int, TransportAddress, token: UInt64?)
    case error(Int)
    /// To a client, as ChannelData or as Data indication.
    case toClient(Int, from: TransportAddress, channel: UInt16?)
    case toPeer(TransportAddress, from: TransportAddress)
    case closed([Int])
}

/// What can be counted after each event.
struct ModelCounts: Equatable {
    var clients: Int
    var allocations: Int
    var addresses: Int
    var sockets: Set<TransportAddress>
}
