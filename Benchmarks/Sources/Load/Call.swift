// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLoad
import STUNCodec

/// Payloads both ways between clients, or between clients and peers outside.
struct Call: ParsableCommand {
    enum Target: String, ExpressibleByArgument {
        /// Pairs of clients that are each other's peer.
        case clients
        /// Clients, each with a UDP peer outside.
        case peers
        /// Pairs of connections to the limit program, without TURN.
        case limit
    }

    @OptionGroup var server: ServerOptions

    @Option(help: "clients, peers or limit.")
    var to = Target.clients

    @Option(help: "Pairs of clients, or clients with a peer.")
    var pairs = 20

    @Option(help: "Bytes of a payload.")
    var size = 1_200

    @Option(help: "Packets under way in each of the flows, of which a pair has two.")
    var window: UInt32 = 16

    @Option(help: "Packets per second of all flows together, instead of a window.")
    var rate: Double = 0

    @Flag(help: "Send indications in place of channels.")
    var indications = false

    @Flag(help: "One flow in each pair, not two.")
    var oneWay = false

    @Option(help: "Seconds that are measured.")
    var seconds = 5.0

    @Option(help: "Seconds before that.")
    var warmup = 1.0

    @Option(help: "Bits per second that the second client of each pair reads; 0 for all.")
    var readRate = 0.0

    @Option(help: "SO_RCVBUF of the second client of each pair; 0 for the system's choice.")
    var receiveBuffer: Int32 = 0

    @Flag(help: "Wait in the kernel for the time to send, for who shares the CPU.")
    var sleeps = false

    func run() throws {
        let links = try (0..<pairs).map(connect)
        var plan = load_plan()
        plan.payload_size = size
        plan.window = rate > 0 ? 0 : window
        plan.rate = rate
        plan.warmup_seconds = warmup
        plan.seconds = seconds
        plan.server = server.server
        plan.sleeps = sleeps
        let engine = load_engine_new()
        defer { load_engine_free(engine) }
        for link in links {
            load_engine_add_flow(engine, link.first.pointer, link.second.pointer)
            if !oneWay { load_engine_add_flow(engine, link.second.pointer, link.first.pointer) }
        }
        var result = load_result()
        guard load_engine_run(engine, &plan, &result) else { throw LoadError("a connection ended during the run") }
        Report(result).print()
        withExtendedLifetime(links) {}
    }

    // MARK: Links

    private struct Link {
        let first: Endpoint
        let second: Endpoint
        /// What keeps the allocations alive.
        let clients: [RelayedClient]
    }

    private func connect(_ number: Int) throws -> Link {
        let link =
            switch to {
            case .clients: try connectClients()
            case .peers: try connectPeer()
            case .limit: try connectLimit(number)
            }
        if readRate > 0 { load_endpoint_set_read_rate(link.second.pointer, readRate / 8) }
        return link
    }

    private func connectClients() throws -> Link {
        let clients = [try server.client(), try server.client(receiveBuffer: receiveBuffer)]
        for (client, other) in [(clients[0], clients[1]), (clients[1], clients[0])] {
            try introduce(client, to: other.relayed)
        }
        return Link(first: clients[0].endpoint, second: clients[1].endpoint, clients: clients)
    }

    private func connectPeer() throws -> Link {
        let client = try server.client()
        let peer = try Endpoint(peerAt: server.address)
        guard let address = IPAddress(server.address) else { throw LoadError("'\(server.address)' is no address") }
        try introduce(client, to: TransportAddress(address, port: peer.port))
        load_endpoint_set_destination(peer.pointer, "\(client.relayed.address)", client.relayed.port)
        return Link(first: client.endpoint, second: peer, clients: [client])
    }

    private func introduce(_ client: RelayedClient, to peer: TransportAddress) throws {
        if indications {
            try client.permit(peer)
            client.endpoint.frame(to: peer, payloadSize: size)
        } else {
            try client.bind(Self.channel, to: peer)
            client.endpoint.frame(on: Self.channel, payloadSize: size)
        }
    }

    private static let channel = ChannelNumber(rawValue: 0x4000)

    private func connectLimit(_ number: Int) throws -> Link {
        let ends = [try server.connect(), try server.connect(receiveBuffer: receiveBuffer)]
        for end in ends {
            _ = try end.ask(Self.channel.rawValue.bytes + UInt16(4).bytes + UInt32(number).bytes)
            end.frame(on: Self.channel, payloadSize: size)
        }
        return Link(first: ends[0], second: ends[1], clients: [])
    }
}
