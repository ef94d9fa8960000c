// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import OpenSSLTLS
import STUNCodec
import TURNClient
import TURNRelay

/// Runs the tests of ``NATDiscovery`` on UDP sockets.
struct NATRun {
    let uri: ProbeURI

    /// Three transmissions of a request, at 0, 0.5 and 1.5 seconds, and time for the last one's answer.
    private static let timeout = TimeAmount.milliseconds(2500)

    func run() async throws -> NATDiscovery {
        let connector = ProbeConnector(uri: uri, trust: .systemRoots, credential: nil)
        let addresses = try await ProbeStepFailure.at(.dns) { try await connector.resolve() }
        guard let server = addresses.lazy.compactMap({ TransportAddress($0) }).first else {
            throw ProbeStepFailure(step: .dns, detail: "no address")
        }
        let (first, second) = try await ProbeStepFailure.at(.connect) {
            let here = try await localAddress(toward: server)
            return (try await open(here), try await open(here))
        }
        guard let local = first.channel.localAddress.flatMap(TransportAddress.init) else {
            throw ProbeStepFailure(step: .connect, detail: "no address")
        }
        var discovery = NATDiscovery(local: local, server: server)
        while let test = discovery.next {
            if let destination = discovery.destination(of: test) {
                discovery.record(test, await ask(first, destination, NATDiscovery.changeRequest(of: test)))
            } else {
                discovery.record(test, await hairpin(first, second, discovery))
            }
        }
        await first.close()
        await second.close()
        return discovery
    }

    /// The address that the system sends from: a connected UDP socket knows, and sends nothing.
    private func localAddress(toward server: TransportAddress) async throws -> SocketAddress {
        let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(to: SocketAddress(server)).get()
        defer { channel.close(promise: nil) }
        guard let address = channel.localAddress?.ipAddress else { throw ProbeFailure(text: "no way to \(server)") }
        return try SocketAddress(ipAddress: address, port: 0)
    }

    private func open(_ address: SocketAddress) async throws -> BindingSocket {
        let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(to: address).get()
        return try await BindingSocket.attach(to: channel)
    }

    /// What the system can't even send has no answer either: that ends the socket, and what is left to ask.
    private func ask(
        _ socket: BindingSocket,
        _ destination: TransportAddress,
        _ change: ChangeRequest?
    ) async -> NATDiscovery.Answer? {
        let values: [any STUNAttributeValue] = change.map { [$0] } ?? []
        guard let server = try? SocketAddress(destination),
            let answer = try? await socket.binding(to: server, values, timeout: Self.timeout),
            let source = TransportAddress(answer.source)
        else { return nil }
        return NATDiscovery.Answer(answer.response, from: source)
    }

    /// Each socket sends to the other's mapped address, so that a filter is open for one of them.
    private func hairpin(
        _ first: BindingSocket,
        _ second: BindingSocket,
        _ discovery: NATDiscovery
    ) async -> NATDiscovery.Answer? {
        guard let one = discovery.mapped, let other = await ask(second, discovery.server, nil)?.mapped else {
            return nil
        }
        async let there = ask(first, other, nil)
        async let back = ask(second, one, nil)
        let answers = await (there, back)
        return answers.0 ?? answers.1
    }
}

extension NATDiscovery.Answer {
    /// XOR-MAPPED-ADDRESS, or what servers of RFC 3489 have.
    fileprivate init(_ response: TURNResponse, from source: TransportAddress) {
        self.init(
            source: source,
            mapped: response.value(XORMappedAddress.self)?.address ?? response.value(MappedAddress.self)?.address,
            other: response.value(OtherAddress.self)?.address,
            error: response.error?.code
        )
    }
}
