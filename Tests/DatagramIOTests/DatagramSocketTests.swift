// SPDX-License-Identifier: Apache-2.0

import CDatagrams
import STUNCodec
import Testing

@testable import DatagramIO

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct DatagramSocketTests {
    private static let loopback = TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0)

    private struct Received: Equatable {
        let payload: [UInt8]
        let source: TransportAddress
        let destination: IPAddress?
    }

    /// Waits for the socket, then reads it once.
    private static func receive(
        _ socket: DatagramSocket,
        maximumLength: Int = 2048,
        mayBeFull: Bool = false
    ) throws -> [Received] {
        let poller = try Poller()
        try poller.add(socket.descriptor)
        #expect(poller.events(within: 5_000).map(\.isReadable) == [true])
        let batch = ReceiveBatch(maximumLength: maximumLength)
        let isFull = batch.receive(from: socket)
        #expect(!isFull || mayBeFull)
        var received: [Received] = []
        _ = batch.forEach { received.append(Received(payload: $0.array, source: $1, destination: $2)) }
        return received
    }

    @Test(arguments: [IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv6High: 0, low: 1)])
    func `a batch arrives in order and from where it was sent`(address: IPAddress) throws {
        let sender = try DatagramSocket(boundTo: TransportAddress(address, port: 0))
        let receiver = try DatagramSocket(boundTo: TransportAddress(address, port: 0))
        let batch = SendBatch()
        for length in 0..<10 {
            batch.append(to: receiver.localAddress) { $0 += [UInt8](repeating: UInt8(length), count: length) }
        }
        #expect(batch.flush(to: sender) == 0)
        let received = try Self.receive(receiver)
        #expect(received.map(\.payload) == (0..<10).map { [UInt8](repeating: UInt8($0), count: $0) })
        #expect(received.allSatisfy { $0.source == sender.localAddress && $0.destination == nil })
    }

    @Test func `a socket of all addresses tells which one was used, and answers from there`() throws {
        let any = TransportAddress(IPAddress(ipv6High: 0, low: 0), port: 0)
        let server = try DatagramSocket(boundTo: any, options: .localAddress)
        let client = try DatagramSocket(boundTo: Self.loopback)
        let second = TransportAddress(IPAddress(ipv4: 0x7F00_0002), port: server.localAddress.port)
        let request = SendBatch()
        request.append(to: second) { $0 += [1] }
        #expect(request.flush(to: client) == 0)
        let received = try #require(Self.receive(server).first)
        #expect(received == Received(payload: [1], source: client.localAddress, destination: second.address))

        let answer = SendBatch()
        answer.append(to: received.source, from: received.destination) { $0 += [2] }
        #expect(answer.flush(to: server) == 0)
        #expect(try Self.receive(client) == [Received(payload: [2], source: second, destination: nil)])
    }

    /// Lengths of datagrams, in runs that can leave together and others that cannot: the kernel cuts a run into segments of
    /// its first one's length.
    private static let runs: [[Int]] = [
        Array(repeating: 1200, count: 20), [1200, 1200, 700, 1200], [100, 200, 200, 0, 0, 200, 1],
        Array(repeating: 1433, count: 3), Array(repeating: 1200, count: 64), Array(repeating: 1, count: 64),
    ]

    private static func sendRuns(from socket: DatagramSocket, source: IPAddress? = nil, to one: DatagramSocket) throws {
        let other = try DatagramSocket(boundTo: TransportAddress(one.localAddress.address, port: 0))
        for lengths in Self.runs {
            let batch = SendBatch()
            let payloads = lengths.enumerated().map { [UInt8](repeating: UInt8($0), count: $1) }
            for payload in payloads.prefix(60) { batch.append(to: one.localAddress, from: source) { $0 += payload } }
            batch.append(to: other.localAddress, from: source) { $0 += payloads[0] }
            for payload in payloads.dropFirst(60) { batch.append(to: one.localAddress, from: source) { $0 += payload } }
            #expect(batch.flush(to: socket) == 0)
            var received: [Received] = []
            while received.count < lengths.count {
                let more = try Self.receive(one, mayBeFull: true)
                try #require(!more.isEmpty)
                received += more
            }
            #expect(received.map(\.payload) == payloads)
            #expect(received.allSatisfy { $0.source.address == source ?? socket.localAddress.address })
            #expect(try Self.receive(other).map(\.payload) == [payloads[0]])
        }
    }

    @Test(arguments: [IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv6High: 0, low: 1)])
    func `datagrams that leave together arrive as they are`(address: IPAddress) throws {
        let sender = try DatagramSocket(boundTo: TransportAddress(address, port: 0))
        try Self.sendRuns(from: sender, to: try DatagramSocket(boundTo: TransportAddress(address, port: 0)))
    }

    @Test func `datagrams that leave together leave from the address they should`() throws {
        let any = TransportAddress(IPAddress(ipv6High: 0, low: 0), port: 0)
        let sender = try DatagramSocket(boundTo: any, options: .localAddress)
        let receiver = try DatagramSocket(boundTo: Self.loopback)
        try Self.sendRuns(from: sender, source: IPAddress(ipv4: 0x7F00_0002), to: receiver)
    }

    /// How much one read gives when a socket has sent ten datagrams of 1000 bytes as one batch. The reader takes segments
    /// as they are on their way (UDP_GRO): what left together is together still, because nothing at loopback cuts it.
    private static func firstRead(from sender: DatagramSocket) throws -> Int {
        let receiver = try DatagramSocket(boundTo: loopback)
        let (solUDP, udpGRO): (CInt, CInt) = (17, 104)
        var on: CInt = 1
        try #require(setsockopt(receiver.descriptor, solUDP, udpGRO, &on, socklen_t(MemoryLayout<CInt>.size)) == 0)
        let batch = SendBatch()
        for _ in 0..<10 { batch.append(to: receiver.localAddress) { $0 += [UInt8](repeating: 7, count: 1000) } }
        #expect(batch.flush(to: sender) == 0)
        let poller = try Poller()
        try poller.add(receiver.descriptor)
        #expect(poller.events(within: 5_000).map(\.isReadable) == [true])
        var buffer = [UInt8](repeating: 0, count: 65_535)
        return recv(receiver.descriptor, &buffer, buffer.count, 0)
    }

    @Test func `a run leaves as segments of one datagram`() throws {
        #expect(try Self.firstRead(from: try DatagramSocket(boundTo: Self.loopback)) == 10_000)
    }

    @Test func `a socket that cannot segment sends one by one`() throws {
        let sender = try DatagramSocket(boundTo: Self.loopback)
        sender.maySegment = false
        #expect(try Self.firstRead(from: sender) == 1000)
        #expect(!sender.maySegment)
    }

    /// A path that takes no segments is one destination's, and must not slow all others down.
    @Test(arguments: [
        (EINVAL, DATAGRAM_REFUSAL_OF_RUN), (EMSGSIZE, DATAGRAM_REFUSAL_OF_RUN), (EIO, DATAGRAM_REFUSAL_OF_SEGMENTS),
        (EOPNOTSUPP, DATAGRAM_REFUSAL_OF_SEGMENTS), (EAGAIN, DATAGRAM_REFUSAL_OF_DATAGRAM),
        (ENOBUFS, DATAGRAM_REFUSAL_OF_DATAGRAM), (ECONNREFUSED, DATAGRAM_REFUSAL_OF_DATAGRAM),
        (EPERM, DATAGRAM_REFUSAL_OF_DATAGRAM),
    ])
    func `what an error refuses`(error: CInt, refusal: datagram_refusal) {
        #expect(datagram_refusal_of(error) == refusal)
    }

    /// The kernel cuts nothing for a socket without checksums.
    @Test func `where the kernel cuts no segments, datagrams leave one by one`() throws {
        let sender = try DatagramSocket(boundTo: Self.loopback)
        var on: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        #expect(setsockopt(sender.descriptor, SOL_SOCKET, SO_NO_CHECK, &on, size) == 0)
        try Self.sendRuns(from: sender, to: try DatagramSocket(boundTo: Self.loopback))
        #expect(sender.maySegment)
    }

    @Test func `a datagram that is too long is counted and not delivered`() throws {
        let (sender, receiver) = try (DatagramSocket(boundTo: Self.loopback), DatagramSocket(boundTo: Self.loopback))
        let batch = SendBatch()
        batch.append(to: receiver.localAddress) { $0 += [UInt8](repeating: 0, count: 101) }
        #expect(batch.flush(to: sender) == 0)
        #expect(try Self.receive(receiver, maximumLength: 100).isEmpty)
    }

    @Test func `a port that nobody has is an ICMP error with the destination in it`() throws {
        let sender = try DatagramSocket(boundTo: Self.loopback, options: .errors)
        let unused = try DatagramSocket(boundTo: Self.loopback).localAddress
        let batch = SendBatch()
        batch.append(to: unused) { $0 += [1, 2, 3] }
        #expect(batch.flush(to: sender) == 0)
        let poller = try Poller()
        try poller.add(sender.descriptor)
        #expect(poller.events(within: 5_000).map(\.hasError) == [true])
        let error = try #require(sender.takeError())
        #expect(error.destination == unused)
        #expect(error.icmp == DatagramError.ICMPMessage(type: 3, code: 3, data: 0))
        #expect(sender.takeError() == nil)
    }

    @Test func `what is too big for the path is lost when it may not be fragmented`() throws {
        let (sender, receiver) = try (DatagramSocket(boundTo: Self.loopback), DatagramSocket(boundTo: Self.loopback))
        let batch = SendBatch()
        // Loopback takes 65536 bytes, so nothing that UDP can carry is too big there: an empty path takes all.
        sender.setDontFragment(true)
        batch.append(to: receiver.localAddress) { $0 += [UInt8](repeating: 7, count: 60_000) }
        #expect(batch.flush(to: sender) == 0)
        batch.append(to: receiver.localAddress) { $0 += [UInt8](repeating: 7, count: 65_508) }
        #expect(batch.flush(to: sender) == 1)
    }

    @Test func `a port in use is an error`() throws {
        let first = try DatagramSocket(boundTo: Self.loopback)
        #expect(throws: SystemCallError.self) { try DatagramSocket(boundTo: first.localAddress) }
    }

    @Test func `two sockets can share a port when both ask for it`() throws {
        let first = try DatagramSocket(boundTo: Self.loopback, options: .reusePort)
        let second = try DatagramSocket(boundTo: first.localAddress, options: .reusePort)
        #expect(second.localAddress == first.localAddress)
    }

    @Test func `wake ends a wait`() throws {
        let poller = try Poller()
        poller.wake()
        #expect(poller.events(within: 60_000).isEmpty)
        #expect(poller.events(within: 0).isEmpty)
    }
}

extension Poller {
    func events(within milliseconds: Int32) -> [Event] {
        var events: [Event] = []
        wait(milliseconds: milliseconds, into: &events)
        return events
    }
}
