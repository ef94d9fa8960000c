// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Foundation
import NIOCore
import NIOPosix
import STUNCodec

/// Whether the listeners' ports can be had, and what is served there.
struct PortCheck {
    /// With what is served there.
    private let listeners: [(address: ListenAddress, services: String)]

    init(_ configuration: ServerConfiguration) {
        let addresses = configuration.listen.isEmpty ? [.everywhere] : configuration.listen
        listeners =
            addresses.map { address in
                let services = address.services(servesPlainTURN: configuration.servesPlainTURN)
                return (address, services.joined(separator: ", "))
            } + configuration.edge.redirects.map { (ListenAddress($0), "redirects to https") }
    }

    func findings() async -> [Finding] {
        var findings: [Finding] = []
        for (address, services) in listeners { findings.append(await finding(address, "\(address) for \(services)")) }
        return findings
    }

    private func finding(_ listener: ListenAddress, _ text: String) async -> Finding {
        do throws(StartupError) {
            try await open(listener)
            return Finding(level: .ok, subject: "listener", text: text)
        } catch {
            if let owner = owner(of: listener) {
                return Finding(level: .ok, subject: "listener", text: "\(text): \(owner)")
            }
            return Finding(level: .error, subject: "listener", text: "\(text): \(error)")
        }
    }

    private func open(_ listener: ListenAddress) async throws(StartupError) {
        do {
            guard listener.transport != .udp else { return _ = try DatagramSocket(boundTo: listener.address) }
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "\(listener.address.address)", port: Int(listener.address.port)).get()
            try await channel.close()
        } catch {
            throw .cannotListen(on: "\(listener)", error)
        }
    }

    /// A port that is taken is as it should be when this server is running, or when the service manager keeps the port for
    /// it. Nil when another has it, or it isn't shown to this user who has.
    private func owner(of listener: ListenAddress) -> String? {
        let port = Int(listener.address.port)
        guard let process = ServerProcess.listening(on: port, isDatagram: listener.transport == .udp) else {
            return nil
        }
        return switch process.name {
        case "swiftturn": "a running swiftturn has it, process \(process.id)"
        case "systemd": "systemd keeps it for a service"
        default: nil
        }
    }
}

extension ServerProcess {
    /// The name of the program, as far as the kernel keeps it.
    fileprivate var name: String? {
        TextFile.read("/proc/\(id)/comm")?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
