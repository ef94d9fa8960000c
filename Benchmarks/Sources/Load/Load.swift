// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The load generator of the benchmarks. It prints one JSON object; `../run` makes tables of many.
@main
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Puts a load on a TURN server, or on the limit program, and measures both sides.",
        subcommands: [Call.self, Allocate.self, Handshakes.self, Members.self, Relay.self, Web.self]
    )
}

/// Where the server is, and how to be let in.
struct ServerOptions: ParsableArguments {
    @Option(help: "udp, tcp or tls.")
    var transport = Transport.udp

    @Option(help: "The server's IP address.")
    var address = "127.0.0.1"

    @Option(help: "The server's port.")
    var port: UInt16

    @Option(help: "User name of a long-term user.")
    var user = "bench"

    @Option(help: "Password of that user: of a server that this benchmark has started, no secret.")
    var password = "bench"

    @Option(help: "Process ID of the server, whose CPU time and memory are sampled.")
    var server: Int32 = 0

    func connect(receiveBuffer: Int32 = 0) throws -> Endpoint {
        try Endpoint(transport, address, port, receiveBuffer: receiveBuffer)
    }

    /// An earlier run has left UDP allocations, and the system may choose one of its ports: then another is tried, as RFC 8656
    /// has it.
    func client(receiveBuffer: Int32 = 0) throws -> RelayedClient {
        for _ in 1..<Self.ports {
            do {
                return try RelayedClient(connect(receiveBuffer: receiveBuffer), user: user, password: password)
            } catch let error as Refusal where error.isMismatch {}
        }
        return try RelayedClient(connect(receiveBuffer: receiveBuffer), user: user, password: password)
    }

    private static let ports = 10
}

enum Transport: String, ExpressibleByArgument {
    case udp, tcp, tls
}
