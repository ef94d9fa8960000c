// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore
import STUNCodec
import Synchronization

/// Opens sockets of relayed transport addresses on the thread that asks, and has them served elsewhere.
///
/// UDP by a datagram loop: that of the allocation itself, or the one with its number. It serves them for as long as
/// they are open, wherever the allocation moves. TCP by the event loop beside that of the allocation, which does not move.
final class RelaySocketOpener: RelaySockets, Sendable {
    /// Of UDP: for bursts of video frames; the kernel grants less where its limit is lower.
    private static let bufferSize: Int32 = 512 * 1024

    /// One for each stream thread. Their loops' indices follow those of the stream threads.
    private let threads: [DatagramThread]
    private let streams: [PeerSocketsAccess]
    private let nextSerial = Atomic<UInt64>(1)

    init(threads: [DatagramThread], streams: [PeerSocketsAccess]) {
        self.threads = threads
        self.streams = streams
    }

    func open(
        at address: TransportAddress,
        over transport: RelayTransport,
        for allocation: AllocationHandle
    ) -> RelaySocketID? {
        switch transport {
        case .udp: openDatagrams(at: address, for: allocation)
        case .tcp: listen(at: address, for: allocation)
        }
    }

    private func openDatagrams(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID? {
        let (serial, _) = nextSerial.add(1, ordering: .relaxed)
        let index = allocation.loop % threads.count
        do throws(SystemCallError) {
            let socket = try DatagramSocket(boundTo: address, options: .errors, bufferSize: Self.bufferSize)
            try threads[index].serve(socket, serial: serial, purpose: .allocation(allocation))
            return RelaySocketID(
                loop: Int32(truncatingIfNeeded: threads.count + index),
                descriptor: socket.descriptor,
                serial: serial
            )
        } catch {
            return nil
        }
    }

    private func listen(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID? {
        guard streams.indices.contains(allocation.loop), let descriptor = PeerListener.open(at: address) else {
            return nil
        }
        let (serial, _) = nextSerial.add(1, ordering: .relaxed)
        streams[allocation.loop].perform { $0.listen(descriptor, serial: serial, for: allocation) }
        return RelaySocketID(
            loop: Int32(truncatingIfNeeded: allocation.loop),
            descriptor: descriptor,
            serial: serial
        )
    }

    func assign(_ socket: RelaySocketID, to allocation: AllocationHandle) {
        thread(of: socket)?.execute { $0.assignPort(socket, to: allocation) }
    }

    func close(_ socket: RelaySocketID) {
        if let thread = thread(of: socket) {
            thread.execute { $0.removePort(socket) }
        } else {
            streams[Int(socket.loop)].perform { $0.closeListener(socket.serial) }
        }
    }

    func connect(_ dial: PeerDial) {
        streams[dial.allocation.loop].perform { $0.connect(dial) }
    }

    func disconnect(_ connection: ConnectionID, of allocation: AllocationHandle) {
        streams[allocation.loop].perform { $0.disconnect(connection) }
    }

    /// That serves a UDP socket; nil for a TCP socket.
    private func thread(of socket: RelaySocketID) -> DatagramThread? {
        let index = Int(socket.loop) - threads.count
        return threads.indices.contains(index) ? threads[index] : nil
    }
}
