// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import NIOCore
import STUNCodec

/// `swiftturn probe peer`.
struct ProbePeer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer",
        abstract: "Be a peer that sends everything back, on UDP and TCP.",
        discussion: "Prints a line for each address when it listens, and runs until Ctrl-C. Port 0 is any that is free."
    )

    @Option(help: ArgumentHelp("Echo datagrams.", valueName: "addr:port"))
    var udp: String?

    @Option(help: ArgumentHelp("Echo streams.", valueName: "addr:port"))
    var tcp: String?

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            guard udp != nil || tcp != nil else { throw StartupError.configuration("--udp or --tcp is required") }
            let output = Output(
                udp: try await listen(udp, "--udp") { try await EchoServer.listenUDP($0) },
                tcp: try await listen(tcp, "--tcp") { try await EchoServer.listenTCP($0) }
            )
            if json {
                try printJSON(output)
            } else {
                for (name, address) in [("udp", output.udp), ("tcp", output.tcp)] {
                    if let address { printOutput("\(name)  \(address)") }
                }
            }
            await Interruption.wait()
        }
    }

    private struct Output: Encodable {
        let udp: String?
        let tcp: String?
    }

    /// - Returns: the address with the real port.
    private func listen(
        _ text: String?,
        _ option: String,
        _ open: (SocketAddress) async throws -> any Channel
    ) async throws -> String? {
        guard let text else { return nil }
        guard var address = TransportAddress(text) else {
            throw StartupError.configuration("\(option) '\(text)' is not ADDR:PORT (IPv6 addresses in brackets)")
        }
        do {
            address.port = UInt16(clamping: try await open(SocketAddress(address)).localAddress?.port ?? 0)
            return "\(address)"
        } catch {
            throw StartupError.unavailable("\(option) \(text): \(error)")
        }
    }
}
